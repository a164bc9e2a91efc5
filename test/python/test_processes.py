"""The zygote and its workers as real processes: boot, fork, retire, and every way to die."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
import unittest

from fake_router import frame, request
from tsgi import frames

MAIN = os.path.join(
    os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "python/tsgi"
)
LONGEST_WAIT = 10.0


class FakeMaster:
    """A zygote, the master's ends of its lines, and a router that only accepts. Close it."""

    def __init__(self, text, **boot):
        self.directory = tempfile.mkdtemp()
        os.chmod(self.directory, 0o755)
        self.file = os.path.join(self.directory, "app.py")
        with open(self.file, "w") as file:
            file.write(textwrap.dedent(text))
        self.lifelines = self.listen("life")
        self.router = self.listen("r0")
        self.control, theirs = socket.socketpair()
        self.control.settimeout(LONGEST_WAIT)
        self.lines = {}
        self.boot = {
            "do": "boot",
            "application": {
                "default": {"file": self.file, "module": None, "callable": None},
                "mounts": [],
                "manageScriptName": False,
                "imports": [],
                "sharedImports": [],
                "chdir": None,
                "chdirAfter": None,
                "argv": [],
                "pythonpath": [],
            },
            "generation": 1,
            "processes": 1,
            "threads": 1,
            "lazy": False,
            "wantsSources": False,
            "uid": None,
            "gid": None,
            "titles": {"title": None, "prefix": "", "suffix": ""},
            "log": None,
            "gunicorn": None,
            "hooks": None,
            "catchUp": None,
            "green": None,
            "fileWrapper": True,
            "recycleFor": {"any": False, "types": [], "values": [], "reprs": []},
            "runtimeDirectory": self.directory,
            "routers": [self.router.getsockname()],
            "lifeline": self.lifelines.getsockname(),
            "limits": {"addressSpace": 0, "processes": 0, "processors": 0, "stack": 0},
            "servesAs": None,
            "showsStacks": True,
            "heartbeat": 0,
        }
        self.boot.update(boot)

        # Descriptor 3 must be theirs, and nothing else of ours may be inherited.
        def on_three():
            os.dup2(theirs.fileno(), 3)

        with open(os.path.join(self.directory, "log"), "wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-u", os.path.join(MAIN, "__main__.py"), " " * 200],
                preexec_fn=on_three,
                pass_fds=[3, theirs.fileno()] if theirs.fileno() != 3 else [3],
                env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
                stdin=subprocess.DEVNULL,
                stderr=log,
            )
        theirs.close()
        self.open = [self.lifelines, self.router, self.control]
        self.tell(self.boot)

    def listen(self, name):
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(os.path.join(self.directory, name))
        os.chmod(os.path.join(self.directory, name), 0o777)
        listener.listen(10)
        listener.settimeout(LONGEST_WAIT)
        return listener

    def tell(self, message):
        self.control.sendall((json.dumps(message) + "\n").encode())

    def hear(self, line=None):
        line = line or self.control
        buffer = self.lines.get(line, b"")
        while b"\n" not in buffer:
            received = line.recv(65536)
            if not received:
                raise EOFError
            buffer += received
        first, _, self.lines[line] = buffer.partition(b"\n")
        return json.loads(first.decode())

    def hear_event(self, event, line=None):
        message = self.hear(line)
        if message["event"] != event:
            raise AssertionError("wanted %s, heard %s\n%s" % (event, message, self.log()))
        return message

    def accept(self, listener):
        peer, _ = listener.accept()
        peer.settimeout(LONGEST_WAIT)
        self.open.append(peer)
        return peer

    def start(self):
        self.hear_event("started")
        self.zygote_line = self.accept(self.lifelines)
        return self.hear_event("loaded")

    def fork(self, serial=1):
        self.tell({"do": "fork", "worker": serial, "serial": serial})
        forked = self.hear_event("forked")
        self.worker_line = self.accept(self.lifelines)
        alive = self.hear_event("alive", self.worker_line)
        assert alive["pid"] == forked["pid"]
        return forked

    def connect(self):
        """The next slot's connection, after its hello."""
        peer = self.accept(self.router)
        self.receive(peer)
        return peer

    def receive(self, peer):
        """The payload of one frame."""
        received = b""
        while len(received) < 12 or len(received) < 12 + frames.Size.unpack_from(received)[0]:
            more = peer.recv(65536)
            if not more:
                raise EOFError
            received += more
        return received[12:]

    def log(self):
        with open(os.path.join(self.directory, "log")) as log:
            return log.read()

    def close(self):
        for line in self.open:
            line.close()
        try:
            self.process.wait(LONGEST_WAIT)
        finally:
            self.process.kill()
            self.process.wait()
            shutil.rmtree(self.directory)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


HELLO = """
    def application(environ, start_response):
        start_response("200 OK", [])
        return [b"hello"]
"""


def is_running(pid):
    try:
        with open("/proc/%d/stat" % pid) as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class Processes(unittest.TestCase):
    def test_a_worker_serves_and_leaves_when_retired(self):
        with FakeMaster(
            "import atexit\natexit.register(print, 'bye', file=__import__('sys').stderr)\n"
            + textwrap.dedent(HELLO),
            threads=2,
        ) as master:
            self.assertEqual(master.start()["application"], "app:application")
            pid = master.fork()["pid"]
            peers = [master.connect(), master.connect()]
            with open("/proc/%d/cmdline" % pid) as file:
                self.assertEqual(file.read().rstrip("\0"), "tsgi: worker 1 [app:application]")
            self.assertEqual(len(os.listdir("/proc/%d/task" % pid)), 2)
            for peer in peers:
                peer.sendall(request())
                self.assertTrue(master.receive(peer).endswith(b"hello"))
                peer.sendall(frame(frames.RETIRE))
            died = master.hear_event("died")
            self.assertEqual((died["exitCode"], died["signal"]), (0, None))
            self.assertEqual(master.log(), "bye\n")

    def test_a_killed_worker_is_reported_and_another_forked(self):
        with FakeMaster(HELLO) as master:
            master.start()
            os.kill(master.fork()["pid"], signal.SIGKILL)
            died = master.hear_event("died")
            self.assertEqual((died["exitCode"], died["signal"]), (None, 9))
            master.fork(2)

    def test_sigterm_asks_to_leave_and_sigint_does_nothing(self):
        with FakeMaster(HELLO) as master:
            master.start()
            pid = master.fork()["pid"]
            peer = master.connect()
            os.kill(pid, signal.SIGINT)
            os.kill(pid, signal.SIGTERM)
            os.kill(pid, signal.SIGTERM)
            self.assertEqual(
                master.hear_event("leaving", master.worker_line),
                {"event": "leaving", "serial": 1, "why": "SIGTERM"},
            )
            peer.sendall(request())
            self.assertTrue(master.receive(peer).endswith(b"hello"))

    def test_nothing_outlives_the_master(self):
        busy = """
            def application(environ, start_response):
                while True:
                    pass
        """
        with FakeMaster(busy) as master:
            master.start()
            pid = master.fork()["pid"]
            peer = master.connect()
            peer.sendall(request())
            time.sleep(0.05)
            master.worker_line.close()
            died = master.hear_event("died")
            self.assertEqual((died["pid"], died["signal"]), (pid, 9))

    def test_workers_outlive_a_killed_zygote(self):
        with FakeMaster(HELLO) as master:
            master.start()
            pid = master.fork()["pid"]
            peer = master.connect()
            master.process.kill()
            master.process.wait()
            peer.sendall(request())
            self.assertTrue(master.receive(peer).endswith(b"hello"))
            master.worker_line.close()
            until = time.monotonic() + LONGEST_WAIT
            while is_running(pid) and time.monotonic() < until:
                time.sleep(0.01)
            self.assertFalse(is_running(pid))

    def test_lazy_workers_import_by_themselves(self):
        with FakeMaster(HELLO, lazy=True) as master:
            self.assertIsNone(master.start()["application"])
            master.fork()
            self.assertEqual(
                master.hear_event("loaded", master.worker_line)["application"], "app:application"
            )
            peer = master.connect()
            peer.sendall(request())
            self.assertTrue(master.receive(peer).endswith(b"hello"))

    def test_a_lazy_worker_that_cannot_import_says_why_and_exits(self):
        with FakeMaster("1 / 0", lazy=True) as master:
            master.start()
            master.fork()
            failed = master.hear_event("failed", master.worker_line)
            self.assertIn("ZeroDivisionError", failed["traceback"])
            self.assertEqual(master.hear_event("died")["exitCode"], 1)

    def test_a_failed_import_ends_the_zygote(self):
        with FakeMaster("1 / 0") as master:
            master.hear_event("started")
            self.assertIn("ZeroDivisionError", master.hear_event("failed")["traceback"])
            self.assertEqual(master.process.wait(LONGEST_WAIT), 1)

    def test_threads_left_running_are_named(self):
        text = "import threading, time\n"
        text += "threading.Thread(target=time.sleep, args=(60,), name='ticker', daemon=True).start()\n"
        with FakeMaster(text + textwrap.dedent(HELLO)) as master:
            self.assertEqual(master.start()["threads"], ["ticker"])

    def test_stop_and_end_of_file_end_the_zygote(self):
        for last in (lambda master: master.tell({"do": "stop"}), lambda master: master.control.close()):
            with FakeMaster(HELLO) as master:
                master.start()
                last(master)
                self.assertEqual(master.process.wait(LONGEST_WAIT), 0)

    def test_children_of_the_application_hold_no_connection_and_can_be_terminated(self):
        text = """
            import multiprocessing, time
            processes = multiprocessing.get_context("fork")
            def application(environ, start_response):
                child = processes.Process(target=time.sleep, args=(60,))
                child.start()
                if environ["PATH_INFO"] == "/leave":
                    pid = str(child.pid).encode()
                else:
                    time.sleep(0.1)
                    child.terminate()
                    child.join()
                    pid = str(child.exitcode).encode()
                start_response("200 OK", [("Content-Length", str(len(pid)))])
                return [pid]
        """
        with FakeMaster(text) as master:
            master.start()
            pid = master.fork()["pid"]
            peer = master.connect()
            peer.sendall(request())
            self.assertTrue(master.receive(peer).endswith(b"\r\n-15"), master.log())
            peer.sendall(request(PATH_INFO="/leave"))
            child = int(master.receive(peer).rpartition(b"\r\n")[2])
            try:
                os.kill(pid, signal.SIGKILL)
                # End of file although the child lives.
                self.assertEqual(peer.recv(1), b"")
                self.assertEqual(master.worker_line.recv(1), b"")
                self.assertTrue(is_running(child))
            finally:
                os.kill(child, signal.SIGKILL)

    def test_a_child_that_returns_into_the_server_ends(self):
        text = """
            import os
            def application(environ, start_response):
                pid = os.fork()
                start_response("200 OK", [])
                return [b"parent" if pid else b"child"]
        """
        with FakeMaster(text) as master:
            master.start()
            master.fork()
            peer = master.connect()
            for _ in range(3):
                peer.sendall(request())
                self.assertTrue(master.receive(peer).endswith(b"parent"))

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_privileges_are_dropped_before_the_import(self):
        text = """
            import os
            seen = repr((os.getuid(), os.getgid(), os.getgroups())).encode()
            def application(environ, start_response):
                start_response("200 OK", [])
                return [seen]
        """
        with FakeMaster(text, uid=65534, gid=65534) as master:
            os.chown(master.directory, 65534, 65534)
            master.start()
            pid = master.fork()["pid"]
            peer = master.connect()
            peer.sendall(request())
            self.assertIn(b"(65534, 65534, [65534])", master.receive(peer))
            os.stat("/proc/%d/fd/0" % pid)
            self.assertEqual(os.stat("/proc/%d" % pid).st_uid, 65534)
            with open("/proc/%d/cmdline" % pid) as file:
                self.assertIn("tsgi: worker 1", file.read())

    def test_modules_of_the_application_are_not_mixed_up_with_ours(self):
        with FakeMaster(
            "import sys\nassert not [p for p in sys.path if p.endswith('/python')], sys.path\n"
            "import headers\n" + textwrap.dedent(HELLO)
        ) as master:
            master.hear_event("started")
            message = master.hear()
            self.assertIn("imports headers, which is not installed", message["message"])


if __name__ == "__main__":
    unittest.main()
