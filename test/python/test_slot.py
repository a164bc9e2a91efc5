"""The slot: batches, held replies, bodies that arrive late, routers that come and go."""

import os
import time
import unittest

from fake_router import FakeRouter, frame, request
from tsgi import frames


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
                self.assertEqual(list(router.counters.cells), [3, 3])

    def test_begun_and_sent_are_counted(self):
        seen = []

        def application(environ, start_response):
            seen.append(list(router.counters.cells))
            start_response("200 OK", [])
            return iter([b"a", b"b"])

        with FakeRouter(application) as router:
            router.ask()
            router.ask(stream=2)
            router.ask(stream=3, REQUEST_METHOD="HEAD")
            self.assertEqual(seen, [[1, 0], [2, 1], [3, 2]])
        self.assertEqual(list(router.counters.cells), [3, 3])

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


class Routers(unittest.TestCase):
    def test_a_router_that_went_away_is_connected_to_again(self):
        with FakeRouter(by_path) as router:
            router.ask()
            router.peers[0].close()
            router.accept()
            self.assertEqual(list(router.counters.cells), [0, 0])
            self.assertEqual(router.ask().body, b"/")

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
