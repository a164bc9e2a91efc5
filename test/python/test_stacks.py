"""What a worker writes when the master asks for its stacks, under every Python."""

import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest

_WORKER = """
import sys, threading
from tsgi.stacks import show_on_signal

class Green:
    # Stands for greenlet's class: the package need not be here.
    def __init__(self, frame):
        self.gr_frame = frame

    def __bool__(self):
        # It has begun, and not ended.
        return self.gr_frame is not None

def waiting():
    yield

keep = waiting()
green = Green(keep.gi_frame)
ended = Green(None)
show_on_signal(sys.argv[1], 7, Green if sys.argv[2] == "green" else None)

def sleeps():
    threading.Event().wait()

def computes():
    print("ready", flush=True)
    %s

threading.Thread(target=sleeps, daemon=True).start()
computes()
"""
_IN_PYTHON = "while True: pass"
_IN_C = "import re; re.match(r'(a+)+$', 'a' * 60 + 'b')"


class StacksTest(unittest.TestCase):
    def show(self, kind, computing, until):
        with tempfile.TemporaryDirectory() as directory:
            worker = subprocess.Popen(
                [sys.executable, "-c", _WORKER % computing, directory, kind], stdout=subprocess.PIPE
            )
            try:
                worker.stdout.readline()
                path = os.path.join(directory, "stacks.7")
                self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
                worker.send_signal(62)
                deadline = time.monotonic() + 10
                text = ""
                while until not in text and time.monotonic() < deadline:
                    time.sleep(0.01)
                    with open(path) as file:
                        text = file.read()
                self.assertIn(until, text)
                return text
            finally:
                worker.send_signal(signal.SIGKILL)
                worker.wait()
                worker.stdout.close()

    def test_every_thread_is_shown(self):
        text = self.show("threads", _IN_PYTHON, "in computes")
        self.assertIn("in sleeps", text)
        self.assertIn("Current thread 0x", text)

    def test_also_while_c_code_holds_the_lock(self):
        self.show("threads", _IN_C, "in computes")

    def test_green_threads_that_wait_are_shown_and_others_not(self):
        text = self.show("green", _IN_PYTHON, "in waiting\n")
        self.assertEqual(text.count("Greenlet 0x"), 1)
        self.assertIn("in computes", text)


if __name__ == "__main__":
    unittest.main()
