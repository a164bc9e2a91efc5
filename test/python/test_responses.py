"""What an application may answer, and what becomes of it (PEP 3333)."""

import io
import os
import sys
import threading
import time
import unittest
import warnings
from wsgiref.validate import validator

from fake_router import FakeRouter, frame, request, unused_file
from tsgi import frames


def plain(body, *headers, status="200 OK"):
    """An application that answers this body."""

    def application(environ, start_response):
        start_response(status, list(headers))
        return body

    return application


class Closing:
    def __init__(self, chunks, on_close):
        self.chunks = iter(chunks)
        self.on_close = on_close

    def __iter__(self):
        return self

    def __next__(self):
        return next(self.chunks)

    def close(self):
        self.on_close()


class WholeBodies(unittest.TestCase):
    def test_a_list_of_one_is_one_frame_with_its_length(self):
        with FakeRouter(plain([b"hello"], ("X-A", "b"))) as router:
            reply = router.ask()
            self.assertEqual(reply.head, ["HTTP/1.1 200 OK", "X-A: b", "Content-Length: 5"])
            self.assertEqual((reply.status, reply.body, reply.length), (200, b"hello", 5))
            self.assertTrue(reply.whole)

    def test_other_lists_tuples_and_bytes_are_one_frame_too(self):
        for body, wanted in (
            ([], b""),
            ([b"a", b"b"], b"ab"),
            ((b"t",), b"t"),
            (b"bytes", b"bytes"),
            ([b""], b""),
        ):
            with self.subTest(body=body), FakeRouter(plain(body)) as router:
                reply = router.ask()
                self.assertEqual((reply.body, reply.length, reply.whole), (wanted, len(wanted), True))

    def test_an_iterator_that_keeps_its_content_length_is_one_frame(self):
        closed = []
        body = Closing([b"hello"], lambda: closed.append(1))
        with FakeRouter(plain(body, ("Content-Length", "5"))) as router:
            self.assertTrue(router.ask().whole)
            self.assertEqual(closed, [1])

    def test_a_complete_response_leaves_while_the_application_is_slow_to_end(self):
        def application(environ, start_response):
            start_response("200 OK", [("Content-Length", "5")])
            yield b"hello"
            time.sleep(1)

        with FakeRouter(application) as router:
            router.send(request())
            began = time.monotonic()
            first = router.next_frame()
            self.assertLess(time.monotonic() - began, 0.5)
            self.assertTrue(first.payload.endswith(b"hello"))
            self.assertEqual(router.next_frame().kind, frames.END)

    def test_the_reason_is_kept_and_a_missing_one_filled_in(self):
        for status, line in (("200 Fine", "HTTP/1.1 200 Fine"), ("404", "HTTP/1.1 404 Not Found")):
            with FakeRouter(plain([b""], status=status)) as router:
                self.assertEqual(router.ask().head[0], line)

    def test_a_large_body_comes_in_several_frames(self):
        body = os.urandom(3 << 20)
        with FakeRouter(plain([body])) as router:
            reply = router.ask()
            self.assertFalse(reply.whole)
            self.assertEqual(reply.body, body)
            self.assertEqual(reply.length, len(body))


class StreamedBodies(unittest.TestCase):
    def test_each_chunk_is_sent_at_once(self):
        step = threading.Semaphore(0)

        def application(environ, start_response):
            start_response("200 OK", [])
            yield b"one"
            step.acquire()
            yield b"two"

        with FakeRouter(application) as router:
            router.send(request())
            self.assertTrue(router.next_frame().payload.endswith(b"one"))
            step.release()
            self.assertEqual(router.next_frame().payload, b"two")
            end = router.next_frame()
            self.assertEqual((end.kind, end.flags), (frames.END, 0))

    def test_start_response_may_come_at_the_first_iteration(self):
        def application(environ, start_response):
            yield b""
            start_response("201 Created", [])
            yield b""
            yield b"x"

        with FakeRouter(application) as router:
            self.assertEqual(router.ask()[0], 201)

    def test_an_empty_iterator_has_length_zero(self):
        with FakeRouter(plain(iter(()))) as router:
            reply = router.ask()
            self.assertEqual((reply.length, reply.whole), (0, True))

    def test_write_comes_before_what_is_returned(self):
        def application(environ, start_response):
            write = start_response("200 OK", [])
            write(b"")
            write(b"a")
            write(b"b")
            return [b"c"]

        with FakeRouter(application) as router:
            reply = router.ask()
            self.assertEqual((reply.body, reply.length, reply.broken), (b"abc", -1, False))

    def test_a_body_longer_than_its_length_is_cut(self):
        for body in (
            [b"hello"],
            [b"he", b"llo"],
            iter([b"he", b"llo"]),
            iter([b"hel", b"lo"]),
            iter([b"hello"]),
        ):
            with FakeRouter(plain(body, ("Content-Length", "3"))) as router:
                reply = router.ask()
                self.assertEqual((reply.body, reply.length, reply.broken), (b"hel", 3, False))
                self.assertEqual(router.log().count("longer than its Content-Length"), 1)
                self.assertEqual(router.ask(flags=0, stream=2).status, 200)

    def test_a_body_shorter_than_its_length_is_broken(self):
        for body in ([b"hello"], [], iter([b"he", b"llo"]), iter(())):
            with FakeRouter(plain(body, ("Content-Length", "9"))) as router:
                reply = router.ask()
                self.assertTrue(reply.broken)
                self.assertEqual(reply.length, 9)
                self.assertIn("Content-Length says 9", router.log())

    def test_the_client_has_gone_so_the_iterable_is_closed(self):
        closed = threading.Event()
        sent = threading.Event()

        def endless():
            yield b"x"
            sent.wait(5)
            while True:
                yield b"x"
                time.sleep(0.001)

        with FakeRouter(plain(Closing(endless(), closed.set))) as router:
            router.send(request())
            router.next_frame()
            router.send(frame(frames.GONE))
            sent.set()
            self.assertTrue(closed.wait(5))
            while True:
                last = router.next_frame()
                if last.kind == frames.END:
                    break
            self.assertTrue(last.flags & frames.BROKEN)
            self.assertEqual(router.log(), "")
            router.slot.application = plain([b"next"])
            self.assertEqual(router.ask(stream=2).body, b"next")

    def test_requests_behind_a_streaming_one_wait_and_are_answered(self):
        step = threading.Semaphore(0)

        def application(environ, start_response):
            start_response("200 OK", [])
            if environ["PATH_INFO"] == "/slow":
                return (step.acquire() and b"x" for _ in range(3))
            return [environ["PATH_INFO"].encode()]

        with FakeRouter(application) as router:
            router.send(request(PATH_INFO="/slow") + request(stream=2, PATH_INFO="/b"))
            step.release()
            router_first = router.next_frame()
            self.assertEqual(router_first.stream, 1)
            router.send(request(stream=3, PATH_INFO="/c"))
            step.release(2) if sys.version_info >= (3, 9) else (step.release(), step.release())
            self.assertEqual([router.next_frame().kind for _ in range(3)], [18, 18, 19])
            self.assertEqual(router.reply(2).body, b"/b")
            self.assertEqual(router.reply(3).body, b"/c")


class WithoutBodies(unittest.TestCase):
    def test_head_has_the_length_but_no_body(self):
        for body, headers, length in (
            ([b"hello"], [], 5),
            ([], [], -1),
            ([b""], [], -1),
            (iter([b"hello"]), [], -1),
            ([], [("Content-Length", "7")], 7),
            (iter([b"hello"]), [("Content-Length", "5")], 5),
        ):
            with FakeRouter(plain(body, *headers)) as router:
                reply = router.ask(REQUEST_METHOD="HEAD")
                self.assertEqual((reply.body, reply.length, reply.whole), (b"", length, True))

    def test_head_iterates_only_until_the_head_is_known(self):
        seen = []

        def application(environ, start_response):
            seen.append("start")
            start_response("200 OK", [])
            yield b"one"
            seen.append("more")
            yield b"two"

        with FakeRouter(application) as router:
            router.ask(REQUEST_METHOD="HEAD")
            self.assertEqual(seen, ["start"])

    def test_204_and_304_have_no_body(self):
        for status, length in (("204 No Content", -1), ("304 Not Modified", 5)):
            for body in ([b"hello"], iter([b"hello"])):
                with FakeRouter(plain(body, ("Content-Length", "5"), status=status)) as router:
                    reply = router.ask()
                    self.assertEqual((reply.body, reply.length, reply.whole), (b"", length, True))
                    self.assertEqual(reply.header("content-length"), None if length < 0 else "5")


class Failures(unittest.TestCase):
    def expect_500(self, application, *log_parts):
        with FakeRouter(application) as router:
            reply = router.ask(REQUEST_URI="/here")
            self.assertEqual((reply.status, reply.body), (500, b"Internal Server Error\n"))
            log = router.log()
            for part in log_parts + ("GET /here HTTP/1.1",):
                self.assertIn(part, log)
            self.assertNotIn(os.path.join("python", "tsgi", ""), log)
            router.slot.application = plain([b"alive"])
            self.assertEqual(router.ask(stream=2).body, b"alive")

    def test_an_exception_becomes_500_with_its_traceback_in_the_log(self):
        def application(environ, start_response):
            raise LookupError("nowhere")

        self.expect_500(application, "Traceback", "LookupError: nowhere", __file__)

    def test_an_exception_before_the_first_chunk_of_a_generator_becomes_500(self):
        def application(environ, start_response):
            start_response("200 OK", [])
            yield b""
            raise LookupError("nowhere")

        self.expect_500(application, "LookupError: nowhere")

    def test_exits_and_interrupts_do_not_end_the_worker(self):
        for kind in (SystemExit, KeyboardInterrupt, GeneratorExit):

            def application(environ, start_response, kind=kind):
                raise kind

            self.expect_500(application, kind.__name__)

    def test_what_cannot_be_sent_becomes_500(self):
        for headers, seen in (
            ([("X", "a\r\nb")], "a\\r\\nb"),
            ([("X", "a\0")], "control character"),
            ([("X Y", "a")], "X Y"),
            ([("", "a")], "token"),
            ([("X", 1)], "('X', 1)"),
            ([("X", b"a")], "b'a'"),
            ([(b"X", "a")], "b'X'"),
            ([("X", "\u20ac")], "\\u20ac"),
            ([("X",)], "('X',)"),
            ((("X", "a"),), "list"),
            (None, "list"),
            ([("Content-Length", "-1")], "-1"),
            ([("Content-Length", "1"), ("Content-Length", "2")], "twice"),
        ):
            with self.subTest(headers=headers):

                def application(environ, start_response, headers=headers):
                    start_response("200 OK", headers)
                    return [b"x"]

                self.expect_500(application, seen)

    def test_bad_status_becomes_500(self):
        for status in ("OK", "2000 OK", "20 OK", 200, b"200 OK", "200 a\nb", ""):
            with self.subTest(status=status):
                self.expect_500(plain([b"x"], status=status), "status")

    def test_bad_bodies_become_500(self):
        for body in (["text"], "text", iter(["text"]), None, 5, [b"a", 1]):
            with self.subTest(body=body):
                self.expect_500(plain(body))

    def test_start_response_never_called_becomes_500(self):
        for body in ([b"x"], [], iter([b"x"]), iter(())):
            self.expect_500(lambda environ, start_response, body=body: body, "did not call start_response")

    def test_start_response_called_twice_becomes_500(self):
        def application(environ, start_response):
            start_response("200 OK", [])
            start_response("200 OK", [])
            return [b"x"]

        self.expect_500(application, "a second time")

    def test_exc_info_replaces_a_head_that_was_not_sent(self):
        def application(environ, start_response):
            start_response("200 OK", [("X-A", "b")])
            try:
                raise ValueError
            except ValueError:
                start_response("503 Sorry", [("X-C", "d")], sys.exc_info())
            return [b"x"]

        with FakeRouter(application) as router:
            self.assertEqual(router.ask().head, ["HTTP/1.1 503 Sorry", "X-C: d", "Content-Length: 1"])

    def test_exc_info_is_raised_when_the_head_was_sent(self):
        def application(environ, start_response):
            start_response("200 OK", [])
            yield b"some"
            try:
                raise LookupError("late")
            except LookupError:
                start_response("500 Oh", [], sys.exc_info())
            yield b"never"

        with FakeRouter(application) as router:
            reply = router.ask()
            self.assertEqual((reply.status, reply.body, reply.broken), (200, b"some", True))
            self.assertIn("LookupError: late", router.log())

    def test_a_failure_after_the_head_breaks_the_response(self):
        def application(environ, start_response):
            start_response("200 OK", [])
            yield b"some"
            yield "text"

        with FakeRouter(application) as router:
            self.assertTrue(router.ask().broken)
            self.assertIn("must be bytes, not str", router.log())

    def test_close_is_called_once_whatever_happens(self):
        def failing():
            yield b"x"
            raise LookupError

        for chunks in ([b"x"], [], ["text"], failing(), [b"a", b"b"]):
            closed = []
            with FakeRouter(plain(Closing(chunks, lambda closed=closed: closed.append(1)))) as router:
                router.ask()
            self.assertEqual(closed, [1])

    def test_a_failing_close_is_logged_and_the_response_stands(self):
        def fail():
            raise LookupError("at the end")

        with FakeRouter(plain(Closing([b"x"], fail), ("Content-Length", "1"))) as router:
            reply = router.ask()
            self.assertEqual((reply.body, reply.broken), (b"x", False))
            self.assertIn("LookupError: at the end", router.log())


class Headers(unittest.TestCase):
    def test_headers_of_the_connection_are_dropped(self):
        names = ("Keep-Alive", "Proxy-Authenticate", "TE", "Trailer", "Transfer-Encoding", "Upgrade")
        with FakeRouter(plain([b"x"], ("X-A", "b"), *((name, "chunked") for name in names))) as router:
            reply = router.ask()
            self.assertEqual(reply.head[1:], ["X-A: b", "Content-Length: 1"])
            self.assertEqual(reply.flags, 0)

    def test_flags_say_what_the_application_set(self):
        for name, value, flag in (
            ("Date", "now", frames.HAS_DATE),
            ("server", "me", frames.HAS_SERVER),
            ("Connection", "close", frames.CLOSE),
        ):
            with FakeRouter(plain([b"x"], (name, value))) as router:
                self.assertEqual(router.ask().flags, flag)

    def test_latin_1_and_tabs_pass(self):
        with FakeRouter(plain([b"x"], ("X", "\xa0\xad\u0085\xff\t~"))) as router:
            self.assertEqual(router.ask().header("X"), "\xa0\xad\u0085\xff\t~")

    def test_repeated_headers_stay_apart(self):
        with FakeRouter(plain([b"x"], ("Set-Cookie", "a"), ("Set-Cookie", "b"))) as router:
            self.assertEqual(router.ask().head[1:3], ["Set-Cookie: a", "Set-Cookie: b"])

    def test_early_hints_go_before_the_response(self):
        def application(environ, start_response):
            environ["wsgi.early_hints"]([("Link", "</a.css>; rel=preload")])
            start_response("200 OK", [])
            return [b"x"]

        with FakeRouter(application) as router:
            router.send(request())
            interim = router.next_frame()
            self.assertEqual((interim.kind, interim.status), (frames.INTERIM, 103))
            self.assertEqual(interim.payload, b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n")
            self.assertEqual(router.reply().body, b"x")
            self.assertEqual(router.ask(stream=2, SERVER_PROTOCOL="HTTP/1.0").status, 200)

    def test_many_different_heads_change_nothing(self):
        def application(environ, start_response):
            start_response("200 OK", [("X-Path", environ["PATH_INFO"])])
            return [b"x"]

        with FakeRouter(application) as router:
            for number in range(600):
                path = "/%d" % (number % 300)
                self.assertEqual(router.ask(stream=number + 1, PATH_INFO=path).header("X-Path"), path)

    def test_a_list_that_changes_later_does_not_change_the_response(self):
        def application(environ, start_response):
            headers = [("X-A", "b")]
            start_response("200 OK", headers)
            headers[0] = ("X-A", "c\r\nd")
            return [b"x"]

        with FakeRouter(application) as router:
            for stream in (1, 2):
                self.assertEqual(router.ask(stream=stream).header("X-A"), "b")


class Files(unittest.TestCase):
    def serve(self, file, *headers):
        def application(environ, start_response):
            start_response("200 OK", list(headers))
            return environ["wsgi.file_wrapper"](file)

        return FakeRouter(application)

    def test_a_regular_file_is_named_and_kept_open_until_it_is_taken(self):
        with unused_file(b"0123456789") as file:
            file.seek(3)
            with self.serve(file) as router:
                router.send(request())
                response = router.next_frame()
                self.assertEqual(response.flags & frames.LAST, 0)
                self.assertIn(b"Content-Length: 7\r\n", response.payload)
                offer = router.next_frame()
                self.assertEqual(offer.kind, frames.FILE)
                descriptor, offset, length = frames.FileFrame.unpack(b"\0" * 12 + offer.payload)[-3:]
                self.assertEqual((offset, length), (3, 7))
                self.assertEqual(os.pread(descriptor, 99, int(offset)), b"3456789")
                router.send(frame(frames.FILE_TAKEN))
                end = router.next_frame()
                self.assertEqual((end.kind, end.flags), (frames.END, 0))
                self.assertTrue(file.closed)

    def test_a_refused_file_is_streamed(self):
        with unused_file(b"0123456789") as file, self.serve(file, ("Content-Length", "4")) as router:
            router.send(request())
            router.next_frame()
            router.next_frame()
            router.send(frame(frames.FILE_TAKEN, flags=frames.REFUSED))
            self.assertEqual(router.next_frame().payload, b"0123")
            self.assertEqual(router.next_frame().kind, frames.END)

    def test_other_objects_are_streamed(self):
        with self.serve(io.BytesIO(b"abc")) as router:
            self.assertEqual(router.ask().body, b"abc")

    def test_head_names_no_file(self):
        with unused_file(b"0123456789") as file, self.serve(file) as router:
            self.assertTrue(router.ask(REQUEST_METHOD="HEAD").whole)


class Validated(unittest.TestCase):
    def test_wsgiref_validate_stays_silent(self):
        def application(environ, start_response):
            body = environ["wsgi.input"].read(3) + environ["wsgi.input"].readline()
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [b"got ", body]

        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with FakeRouter(validator(application)) as router:
                reply = router.ask(
                    b"hello", REQUEST_METHOD="POST", CONTENT_LENGTH="5", CONTENT_TYPE="text/plain"
                )
                self.assertEqual(reply.body, b"got hello")
                self.assertEqual(router.log(), "")


if __name__ == "__main__":
    unittest.main()
