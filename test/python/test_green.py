"""The parts of green threads that need no package: sockets that wait through somebody else's loop, locks."""

import os
import select
import socket
import sys
import tempfile
import threading
import unittest

from tsgi.green import Waits, _GreenLock, _GreenSocket, require
from tsgi.loader import LoadFailure


class Sockets(unittest.TestCase):
    def setUp(self):
        ours, self.theirs = socket.socketpair()
        ours.setblocking(False)
        self.calls = []
        descriptor = ours.fileno()

        def readable():
            self.calls.append("readable")
            select.select([descriptor], [], [], 5)

        def writable():
            self.calls.append("writable")
            select.select([], [descriptor], [], 5)

        self.socket = _GreenSocket(ours, Waits(readable, writable, lambda: self.calls.append("take back")))

    def tearDown(self):
        self.socket.close()
        self.theirs.close()

    def test_receiving_waits_first_so_that_others_have_their_turn(self):
        self.theirs.sendall(b"there already")
        buffer = memoryview(bytearray(100))
        self.assertEqual(self.socket.recv_into(buffer), 13)
        self.assertEqual(self.calls, ["readable"])

    def test_receiving_without_waiting_does_not(self):
        with self.assertRaises(BlockingIOError):
            self.socket.recv_into(memoryview(bytearray(100)), 0, socket.MSG_DONTWAIT)
        self.assertEqual(self.calls, [])

    def test_the_end_of_the_stream_is_seen(self):
        self.theirs.close()
        self.assertEqual(self.socket.recv_into(memoryview(bytearray(100))), 0)

    def test_sending_waits_only_when_the_socket_is_full(self):
        self.socket.sendall(b"little")
        self.assertEqual(self.calls, [])
        received = [self.theirs.recv(6)]
        much = os.urandom(4 << 20)

        def receive():
            while sum(map(len, received)) < 6 + len(much):
                received.append(self.theirs.recv(1 << 16))

        reader = threading.Thread(target=receive)
        reader.start()
        self.socket.sendall(much)
        reader.join()
        self.assertEqual(b"".join(received), b"little" + much)

    def test_the_loop_is_told_before_the_descriptor_is_closed(self):
        self.socket.close()
        self.assertEqual(self.calls, ["take back"])
        self.assertEqual(self.socket.fileno(), -1)


class Locks(unittest.TestCase):
    def test_who_waits_lets_others_run(self):
        pauses = []

        def sleep(seconds):
            pauses.append(seconds)
            if len(pauses) == 3:
                lock.release()

        lock = _GreenLock(sleep)
        self.assertTrue(lock.acquire(False))
        self.assertFalse(lock.acquire(False))
        with lock:
            self.assertEqual(len(pauses), 3)
            self.assertFalse(lock.acquire(False))
        self.assertTrue(lock.acquire(False))


class Packages(unittest.TestCase):
    def test_a_missing_one_is_named_with_the_python_that_lacks_it(self):
        with self.assertRaises(LoadFailure) as caught:
            require("gevent_of_nobody", 100)
        self.assertEqual(
            caught.exception.message,
            "gevent_of_nobody is asked for (gevent_of_nobody = 100), but is not installed for "
            + sys.executable,
        )

    def test_one_that_is_there_is_not_imported(self):
        with tempfile.TemporaryDirectory() as directory:
            with open(os.path.join(directory, "gevent_that_breaks.py"), "w") as file:
                file.write("raise SystemError")
            sys.path.insert(0, directory)
            try:
                require("gevent_that_breaks", 1)
            finally:
                sys.path.remove(directory)


if __name__ == "__main__":
    unittest.main()
