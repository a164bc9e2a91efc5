"""What hooks do in zygote and workers, and how an attached program begins."""

import os
import shutil
import socket
import stat
import tempfile
import unittest

from tsgi.attach import is_plain
from tsgi.hook_deeds import Deeds
from tsgi.loader import LoadFailure
from tsgi.phase_hooks import PhaseHooks

PHASES = "pre-app post-app post-fork accepting accepting1 accepting-once accepting1-once".split()


class DeedsOnFiles(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.directory)
        self.file = os.path.join(self.directory, "file")
        self.logged = []

    def do(self, do, **deed):
        return Deeds([], {"fs": 300, "socket": 300}).do(dict(deed, do=do), self.logged.append)

    def write(self, text, appends=False):
        return self.do("write", path=self.file, text=text, appends=appends)

    def read(self):
        with open(self.file) as file:
            return file.read()

    def test_writes_and_appends(self):
        self.assertIsNone(self.write("first"))
        self.assertIsNone(self.write("second\n"))
        self.assertIsNone(self.write("third", appends=True))
        self.assertEqual(self.read(), "second\nthird")

    def test_is_content_with_what_is_so_already(self):
        self.assertIsNone(self.do("unlink", path=self.file))
        self.assertIsNone(self.do("mkdir", path=self.file))
        self.assertIsNone(self.do("mkdir", path=self.file))

    def test_changes_mode_and_owner(self):
        self.write("")
        self.assertIsNone(self.do("chmod", path=self.file, mode=0o640))
        self.assertIsNone(self.do("sticky", path=self.file))
        self.assertEqual(stat.S_IMODE(os.stat(self.file).st_mode), 0o1640)
        owner = {"user": str(os.getuid()), "group": str(os.getgid())}
        self.assertIsNone(self.do("chown", path=self.file, **owner))
        self.assertIn("nobody-at-all", self.do("chown", path=self.file, user="nobody-at-all", group="0"))

    def test_says_what_went_wrong(self):
        self.assertIn("No such file", self.do("chmod", path=self.file, mode=0o640))
        self.assertIn("No such file", self.do("chdir", path=self.file))

    def test_runs_commands(self):
        self.assertIsNone(self.do("exec", command="echo a >" + self.file, mayFail=False))
        self.assertEqual(self.read(), "a\n")
        self.assertEqual(self.do("exec", command="exit 3", mayFail=False), "ended with exit code 3")
        self.assertIn("SIGKILL", self.do("exec", command="kill -9 $$", mayFail=False))
        self.assertIsNone(self.do("exec", command="exit 3", mayFail=True))
        self.assertEqual(self.logged, ["safeexec:exit 3: ended with exit code 3"])

    def test_sets_variables_for_commands(self):
        self.addCleanup(os.environ.pop, "TSGI_HOOK_TEST", None)
        self.assertIsNone(self.do("putenv", name="TSGI_HOOK_TEST", value="a b"))
        self.assertIsNone(self.do("exec", command='test "$TSGI_HOOK_TEST" = "a b"', mayFail=False))

    def test_waits_for_files_and_listeners(self):
        self.assertIn("is not there after 0.3 s", self.do("wait", what="file", path=self.file))
        self.write("")
        self.assertIsNone(self.do("wait", what="file", path=self.file))
        self.assertIsNone(self.do("wait", what="fs", path=self.file))
        self.assertIsNone(self.do("wait", what="dir", path=self.directory))
        self.assertIn("is not there", self.do("wait", what="dir", path=self.file))
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            address = "127.0.0.1:%d" % listener.getsockname()[1]
            self.assertIn("is not there", self.do("wait", what="socket", path=address))
            listener.listen(1)
            self.assertIsNone(self.do("wait", what="socket", path=address))

    def test_writes_into_a_fifo_that_somebody_reads(self):
        os.mkfifo(self.file)
        self.assertIsNone(self.do("writefifo", path=self.file, text="lost", waits=False))
        reader = os.open(self.file, os.O_RDONLY | os.O_NONBLOCK)
        self.addCleanup(os.close, reader)
        self.assertIsNone(self.do("writefifo", path=self.file, text="read", waits=True))
        self.assertEqual(os.read(reader, 100), b"read")


class Phases(unittest.TestCase):
    def setUp(self):
        descriptor, self.file = tempfile.mkstemp()
        os.close(descriptor)
        self.addCleanup(os.unlink, self.file)

    def hooks(self, **more):
        def note(phase):
            return {"do": "write", "path": self.file, "text": phase + " ", "appends": True}

        phases = {phase: [{"shown": phase, "deed": note(phase)}] for phase in PHASES}
        return PhaseHooks(
            {"phases": {**phases, **more}, "shells": [], "timeouts": {"fs": 1000, "socket": 1000}}
        )

    def ran(self):
        with open(self.file, "r+") as file:
            text = file.read()
            file.truncate(0)
        return text.split()

    def begin(self, hooks, number):
        hooks.pre_fork(7, number)
        hooks.post_fork(lambda: None)
        hooks.post_worker_init(None)
        return self.ran()

    def test_run_in_each_worker_and_once(self):
        hooks = self.hooks()
        accepting = ["accepting", "accepting-once"]
        first = ["accepting1", "accepting1-once"]
        self.assertEqual(self.begin(hooks, 1), ["post-fork", *accepting, *first])
        self.assertEqual(self.begin(hooks, 2), ["post-fork", *accepting])
        self.assertEqual(self.begin(hooks, 1), ["post-fork", "accepting", "accepting1"])

    def test_one_that_fails_fails_the_process(self):
        hook = {"shown": "exec:exit 3", "deed": {"do": "exec", "command": "exit 3", "mayFail": False}}
        with self.assertRaises(LoadFailure) as caught:
            self.hooks(**{"pre-app": [hook]}).pre_app()
        self.assertEqual(
            caught.exception.message, "a hook has failed: pre-app: exec:exit 3: ended with exit code 3"
        )

    def test_one_that_is_left_out_does_nothing(self):
        hook = {"shown": "call:f", "deed": {"do": "nothing", "because": "no C"}}
        self.hooks(**{"pre-app": [hook]}).pre_app()


class Attach(unittest.TestCase):
    def test_the_shell_gives_way_to_a_plain_program(self):
        for command in ("sleep 1", "/bin/sh -c 'sleep 1'", '  env A="b c" sleep $N'):
            self.assertTrue(is_plain(command), command)
        for command in ("A=b sleep 1", "sleep 1; true", "a | b", "sleep 1 &", "", "no-such-program", "cd /x"):
            self.assertFalse(is_plain(command), command)


if __name__ == "__main__":
    unittest.main()
