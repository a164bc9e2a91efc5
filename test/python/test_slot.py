"""The slot: batches, held replies, bodies that arrive late, routers that come and go."""

import contextlib
import ctypes
import os
import socket
import struct
import threading
import time
import unittest

from fake_router import FakeRouter, frame, request
from tsgi import frames
from tsgi.connection import RECEIVE_BUFFER, Connection


def by_path(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/sleep":
        time.sleep(0.5)
    elif path == "/burn":
        until = time.monotonic() + 0.5
        while time.monotonic() < until:
            pass
    start_response("200 OK", [])
    return [path.encode()]


def echo(environ, start_response):
    start_response("200 OK", [])
    return [environ["wsgi.input"].read()]


class Batches(unittest.TestCase):
    def test_held_replies_leave_together(self):
        with FakeRouter(by_path) as router:
            router.send(b"".join(request(flags=frames.HOLD, stream=n) for n in range(1, 9)))
            first = router.peers[0].recv(65536)
            router.buffers[0] += first
            for stream in range(1, 9):
                self.assertEqual(router.reply(stream).body, b"/")

    def test_a_held_reply_does_not_wait_for_a_slow_request(self):
        for slow in ("/sleep", "/burn"):
            with self.subTest(slow=slow):
                with FakeRouter(by_path) as router:
                    router.ask(flags=frames.HOLD)
                    router.send(request(flags=frames.HOLD) + request(stream=2, PATH_INFO=slow))
                    began = time.monotonic()
                    router.reply(1)
                    # 20 ms are promised; a test machine may be busy.
                    self.assertLess(time.monotonic() - began, 0.2)
                    self.assertEqual(router.reply(2).body, slow.encode())
                self.assertEqual(router.counters.cells[0], 3)

    def test_a_request_is_counted_before_the_application_is_called(self):
        seen = []

        def application(environ, start_response):
            seen.append(router.counters.cells[0])
            start_response("200 OK", [])
            return iter([b"a", b"b"])

        with FakeRouter(application) as router:
            router.ask()
            router.ask(stream=2)
            router.ask(stream=3, REQUEST_METHOD="HEAD")
            self.assertEqual(seen, [1, 2, 3])

    def test_a_request_that_cannot_be_loaded_counts_as_begun(self):
        broken = struct.pack("<I", 4) + b"\xff\xff\xff\xff"
        with FakeRouter(by_path) as router:
            router.send(frame(frames.REQUEST, broken))
            router.accept()
            self.assertEqual(router.counters.cells[0], 1)
            self.assertIn("ValueError", router.log())
            self.assertEqual(router.ask().body, b"/")

    def test_frames_may_be_cut_anywhere(self):
        with FakeRouter(echo) as router:
            for byte in request(b"body") + request(b"next", stream=2):
                router.send(bytes([byte]))
            self.assertEqual(router.reply(1).body, b"body")
            self.assertEqual(router.reply(2).body, b"next")

    def test_a_frame_longer_than_the_buffer_is_taken(self):
        body = os.urandom(1 << 20)
        with FakeRouter(echo) as router:
            router.send(request(b"a") + request(body, stream=2) + request(b"c", stream=3))
            self.assertEqual(router.reply(1).body, b"a")
            self.assertEqual(router.reply(2).body, body)
            self.assertEqual(router.reply(3).body, b"c")

    def test_many_requests_fill_the_buffer_more_than_once(self):
        body = os.urandom(5000)
        with FakeRouter(echo) as router:
            for round_ in range(40):
                streams = range(round_ * 8 + 1, round_ * 8 + 9)
                router.send(b"".join(request(body, frames.HOLD, n) for n in streams))
                for stream in streams:
                    self.assertEqual(router.reply(stream).body, body)


class LateBodies(unittest.TestCase):
    def pull(self, router):
        pulled = router.next_frame()
        self.assertEqual((pulled.kind, pulled.stream), (frames.PULL, 1))

    def test_a_read_past_the_prefix_asks_for_the_rest(self):
        with FakeRouter(echo) as router:
            router.send(request(b"first ", frames.MORE_BODY))
            self.pull(router)
            router.send(frame(frames.REQUEST_BODY, b"second "))
            router.send(frame(frames.REQUEST_BODY, b"x" * 400_000))
            router.send(frame(frames.REQUEST_BODY, b" third", frames.LAST))
            self.assertEqual(router.reply().body, b"first second " + b"x" * 400_000 + b" third")

    def test_lines_cross_frames(self):
        def application(environ, start_response):
            start_response("200 OK", [])
            return [b"|".join(environ["wsgi.input"])]

        with FakeRouter(application) as router:
            router.send(request(b"a\nb", frames.MORE_BODY))
            self.pull(router)
            router.send(frame(frames.REQUEST_BODY, b"c\nd") + frame(frames.REQUEST_BODY, b"", frames.LAST))
            self.assertEqual(router.reply().body, b"a\n|bc\n|d")

    def test_a_client_that_stops_sending_makes_the_read_raise(self):
        for last in (frame(frames.REQUEST_BODY, flags=frames.ABORTED), frame(frames.GONE)):

            def application(environ, start_response):
                try:
                    environ["wsgi.input"].read()
                except OSError as error:
                    start_response("200 OK", [])
                    return [str(error).encode()]

            with FakeRouter(application) as router:
                router.send(request(b"a", frames.MORE_BODY))
                self.pull(router)
                router.send(last)
                self.assertEqual(router.reply().body, b"client disconnected while sending the body")

    def test_a_body_that_is_not_read_is_not_asked_for(self):
        def application(environ, start_response):
            start_response("200 OK", [])
            return [environ["wsgi.input"].read(1)]

        with FakeRouter(application) as router:
            self.assertEqual(router.ask(b"abc", frames.MORE_BODY).body, b"a")
            self.assertEqual(router.ask(b"xyz", stream=2).body, b"x")

    def test_what_comes_after_the_reply_is_dropped(self):
        def application(environ, start_response):
            start_response("200 OK", [])
            return [environ["wsgi.input"].read(5)]

        with FakeRouter(application) as router:
            router.send(request(b"abc", frames.MORE_BODY))
            self.pull(router)
            router.send(frame(frames.REQUEST_BODY, b"defgh"))
            self.assertEqual(router.reply().body, b"abcde")
            router.send(frame(frames.REQUEST_BODY, b"late") + frame(frames.REQUEST_BODY, b"", frames.LAST))
            self.assertEqual(router.ask(b"next!", stream=2).body, b"next!")

    def test_an_input_that_is_kept_takes_nothing_of_the_next_request(self):
        kept = []

        def application(environ, start_response):
            start_response("200 OK", [])
            kept.append(environ["wsgi.input"])
            if len(kept) == 1:
                return [b"first"]
            try:
                kept[0].read()
            except OSError as error:
                return [str(error).encode()]

        with FakeRouter(application) as router:
            self.assertEqual(router.ask(flags=frames.MORE_BODY).body, b"first")
            router.send(request(b"", frames.MORE_BODY, stream=2))
            self.assertIn(b"the request is over", router.reply(2).body)

    def test_an_upload_that_is_not_read_stays_with_the_router(self):
        ours, theirs = socket.socketpair()
        connection = Connection(ours, threading.Lock(), memoryview(bytearray(16)).cast("Q"), 0)
        connection.running = 1
        upload = frame(frames.REQUEST_BODY, b"x" * 8000) * 1000
        sender = threading.Thread(target=theirs.sendall, args=(upload,), daemon=True)
        sender.start()
        until = time.monotonic() + 0.5
        while time.monotonic() < until:
            self.assertFalse(connection.is_gone())
        size = sum(frames.FRAME_HEADER + len(taken[3]) for taken in connection.inbox)
        self.assertLess(size, (1 << 20) + RECEIVE_BUFFER + 8012)
        self.assertEqual(connection.inbox_size, size)
        for _ in range(1000):
            self.assertEqual(len(connection.await_frame()[3]), 8000)
        self.assertEqual(connection.inbox_size, 0)
        sender.join()
        connection.close()
        theirs.close()


class ServiceTimes(unittest.TestCase):
    def last_time(self, router):
        """The service time in the frame that ends the next response."""
        while True:
            answer = router.next_frame()
            if answer.kind == frames.END:
                return struct.unpack("<I", answer.payload)[0]
            if answer.kind == frames.RESPONSE and answer.flags & frames.LAST:
                return struct.unpack_from("<II", answer.payload)[1]

    def test_a_whole_reply_tells_its_time(self):
        for body in ([b"x"], [b"x", b"y"]):

            def application(environ, start_response, body=body):
                start_response("200 OK", [])
                return body

            with FakeRouter(application) as router:
                router.send(request())
                self.assertGreater(self.last_time(router), 0)

    def test_what_the_client_takes_its_time_for_is_not_counted(self):
        def application(environ, start_response):
            body = environ["wsgi.input"].read()
            start_response("200 OK", [])
            return [body]

        with FakeRouter(application) as router:
            router.send(request(flags=frames.MORE_BODY))
            self.assertEqual(router.next_frame().kind, frames.PULL)
            time.sleep(0.2)
            router.send(frame(frames.REQUEST_BODY, b"body", frames.LAST))
            self.assertLess(self.last_time(router), 100_000)

    def test_a_streamed_reply_tells_the_time_of_its_application(self):
        def application(environ, start_response):
            start_response("200 OK", [])
            yield b"a"
            time.sleep(0.05)
            yield b"b"

        with FakeRouter(application) as router:
            router.send(request())
            self.assertGreater(self.last_time(router), 50_000)


class BusyMarks(unittest.TestCase):
    def setUp(self):
        self.ours, self.theirs = socket.socketpair()
        self.theirs.settimeout(0.1)
        self.connection = Connection(self.ours, threading.Lock(), memoryview(bytearray(16)).cast("Q"), 0)

    def tearDown(self):
        self.ours.close()
        self.theirs.close()

    def test_what_could_not_be_sent_was_not_told(self):
        with self.assertRaises(BlockingIOError):
            while True:
                self.ours.send(b"x" * 4096, socket.MSG_DONTWAIT)
        self.connection.mark_busy(True)
        self.assertFalse(self.connection.told_busy)
        with self.assertRaises(socket.timeout):
            while True:
                self.theirs.recv(1 << 20)
        self.connection.mark_busy(True)
        self.assertTrue(self.connection.told_busy)

    def test_a_mark_does_not_go_into_the_middle_of_a_frame(self):
        self.connection.held.append(b"the rest")
        self.connection.mark_busy(True)
        self.assertFalse(self.connection.told_busy)
        with self.assertRaises(socket.timeout):
            self.theirs.recv(100)

    def test_a_mark_that_could_not_be_taken_back_is_so_later(self):
        with FakeRouter(by_path, routers=2) as router:
            router.send(request(PATH_INFO="/sleep"), 0)
            self.assertEqual(router.next_frame(1).flags, frames.IS_BUSY)
            with router.slot.connections[1].lock:
                router.reply(1, 0)
            free = router.next_frame(1)
            self.assertEqual((free.kind, free.flags), (frames.BUSY, 0))


class Routers(unittest.TestCase):
    def test_a_router_that_went_away_is_connected_to_again(self):
        with FakeRouter(by_path) as router:
            router.ask()
            router.peers[0].close()
            router.accept()
            # The router may read the page for the lost connection only now.
            self.assertEqual(router.counters.cells[0], 1)
            self.assertEqual(router.ask().body, b"/")
            self.assertEqual(router.counters.cells[0], 2)

    def test_a_router_that_only_accepts_is_not_tried_without_pause(self):
        with FakeRouter(by_path) as router:
            router.peers[0].close()
            attempts = 0
            until = time.monotonic() + 0.5
            while time.monotonic() < until:
                peer, _ = router.listeners[0].accept()
                peer.close()
                attempts += 1
            self.assertLess(attempts, 10)
            router.accept()
            self.assertEqual(router.ask().body, b"/")

    def test_an_exit_thrown_at_an_idle_thread_does_not_end_it(self):
        for routers in (1, 2):
            with self.subTest(routers=routers), FakeRouter(by_path, routers) as router:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(router.thread.ident), ctypes.py_object(SystemExit)
                )
                with contextlib.suppress(OSError):
                    router.send(request())
                for number in range(routers):
                    router.accept(number)
                self.assertIn("SystemExit", router.log())
                for number in range(routers):
                    router.send(request(), number)
                    self.assertEqual(router.reply(1, number).body, b"/")

    def test_a_retired_slot_does_not_wait_for_a_router_that_has_died(self):
        for dies_first in (True, False):
            with self.subTest(dies_first=dies_first), FakeRouter(by_path, routers=2) as router:
                router.listeners[1].close()
                if dies_first:
                    router.peers[1].close()
                    router.ask()
                router.send(frame(frames.RETIRE))
                if not dies_first:
                    self.assertEqual(router.peers[0].recv(1), b"")
                    router.peers[1].close()
                router.thread.join(5)
                self.assertFalse(router.thread.is_alive())

    def test_a_router_that_goes_during_a_request_ends_it(self):
        closed = []

        class Body:
            def __iter__(self):
                while True:
                    yield b"x" * 1000

            def close(self):
                closed.append(1)

        def application(environ, start_response):
            start_response("200 OK", [])
            return Body()

        with FakeRouter(application) as router:
            router.send(request())
            router.next_frame()
            router.peers[0].close()
            router.accept()
            self.assertEqual(closed, [1])
            self.assertEqual(router.log(), "")

    def test_two_routers_are_served_and_told_when_the_slot_is_busy(self):
        with FakeRouter(by_path, routers=2) as router:
            self.assertEqual([hello["offset"] for hello in router.hellos], [0, 16])
            router.send(request(PATH_INFO="/sleep"), 0)
            busy = router.next_frame(1)
            self.assertEqual((busy.kind, busy.flags), (frames.BUSY, frames.IS_BUSY))
            router.send(request(stream=5), 1)
            free = router.next_frame(1)
            self.assertEqual((free.kind, free.flags), (frames.BUSY, 0))
            self.assertEqual(router.reply(1, 0).body, b"/sleep")
            self.assertEqual(router.reply(5, 1).body, b"/")

    def test_one_of_two_routers_may_come_back(self):
        with FakeRouter(by_path, routers=2) as router:
            router.peers[1].close()
            router.accept(1)
            for number in (0, 1):
                router.send(request(), number)
                self.assertEqual(router.reply(1, number).body, b"/")


if __name__ == "__main__":
    unittest.main()
