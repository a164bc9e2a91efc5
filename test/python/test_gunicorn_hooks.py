"""What Gunicorn's hooks are called with, and what becomes of what they raise."""

import gc
import io
import logging
import os
import sys
import time
import unittest
import weakref

from tsgi.gunicorn_file import Executed
from tsgi.gunicorn_hooks import GunicornHooks
from tsgi.gunicorn_request import Request
from tsgi.loader import Loaded, LoadFailure

ENVIRON = {
    "REQUEST_METHOD": "GET",
    "REQUEST_URI": "/a%20b?x=1",
    "PATH_INFO": "/a b",
    "QUERY_STRING": "x=1",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "REMOTE_ADDR": "10.0.0.1",
    "REMOTE_PORT": "4711",
    "HTTP_HOST": "example.com",
    "HTTP_X_TRACE": "t",
    "CONTENT_TYPE": "",
    "CONTENT_LENGTH": "3",
    "wsgi.url_scheme": "http",
    "wsgi.input": io.BytesIO(b"abc"),
}


def hello(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "3")])
    return [b"a", b"bc"]


class GunicornHooksTest(unittest.TestCase):
    def hooks(self, settings=None, **namespace):
        self.stderr, sys.stderr = sys.stderr, io.StringIO()
        self.addCleanup(setattr, sys, "stderr", self.stderr)
        lines = {name: line for line, name in enumerate(namespace, 1)}
        settings = {"loglevel": "info", "workers": 3, **(settings or {})}
        configuration = {"settings": settings, "hooks": list(namespace)}
        return GunicornHooks(configuration, Executed("conf.py", namespace, lines), 3)

    def written(self):
        return sys.stderr.getvalue()

    def serve(self, hooks, application=hello, environ=None):
        """The application with the hooks around it, driven as the server does."""
        served = hooks.post_worker_init(Loaded(application, "app:application")).application
        result = served(dict(ENVIRON if environ is None else environ), lambda *_: None)
        try:
            return b"".join(result)
        finally:
            getattr(result, "close", lambda: None)()

    def test_the_server_and_its_settings(self):
        seen = []
        hooks = self.hooks(
            {"bind": ["127.0.0.1:8000", "unix:/run/a"], "raw_env": ["A=1"], "logger_class": {"$class": "x"}},
            on_starting=seen.append,
            logger_class=dict,
        )
        hooks.on_starting(is_reload=False)
        (server,) = seen
        self.assertEqual((server.pid, server.num_workers), (os.getppid(), 3))
        self.assertEqual(server.address, [("127.0.0.1", 8000), "/run/a"])
        self.assertEqual((server.cfg.workers, server.cfg.env), (3, {"A": "1"}))
        self.assertIs(server.cfg.logger_class, dict)
        self.assertFalse(hasattr(server.cfg, "wrokers"))

    def test_workers_are_counted_and_known_by_pid(self):
        seen = []
        hooks = self.hooks(
            pre_fork=lambda server, worker: seen.append((worker.age, worker.pid, worker.ppid == server.pid)),
            child_exit=lambda server, worker: seen.append((worker.age, worker.pid, dict(server.WORKERS))),
        )
        for pid, serial in ((41, 7), (42, 8)):
            hooks.pre_fork(serial, 1)
            hooks.forked(pid)
        hooks.child_exit(41, 7)
        self.assertEqual(seen[:2], [(7, "[booting]", True), (8, "[booting]", True)])
        self.assertEqual(seen[2][:2], (7, 41))
        self.assertEqual(list(seen[2][2]), [42])

    def test_a_worker_of_another_zygote_is_buried_too(self):
        seen = []
        hooks = self.hooks(child_exit=lambda server, worker: seen.append((worker.age, worker.pid)))
        hooks.child_exit(99, 5)
        self.assertEqual(seen, [(5, 99)])

    def test_a_zygote_that_collects_no_garbage_keeps_nothing_of_the_dead(self):
        hooks = self.hooks(child_exit=lambda server, worker: gone.append(weakref.ref(worker)))
        gone = []
        gc.disable()
        self.addCleanup(gc.enable)
        for serial in (1, 2):
            hooks.pre_fork(serial, 1)
            hooks.forked(40 + serial)
        hooks.child_exit(41, 1)
        self.assertIsNone(gone[0]())

    def test_user_and_group_are_numbers_as_in_gunicorn(self):
        named = self.hooks({"user": "root", "group": "0"}).server.cfg
        self.assertEqual((named.uid, named.gid, named.user, named.get("group")), (0, 0, 0, 0))
        unnamed = self.hooks({"user": None, "group": None}).server.cfg
        self.assertEqual((unnamed.uid, unnamed.gid), (os.geteuid(), os.getegid()))

    def test_the_log_has_gunicorns_form_and_level(self):
        hooks = self.hooks({"loglevel": "warning"})
        log = hooks.server.log
        log.info("too little")
        log.warning("number %d", 1)
        log.log("error", "by name")
        try:
            raise ValueError("x")
        except ValueError:
            log.exception("with its traceback")
        form = r"\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}\] \[%d\] " % os.getpid()
        self.assertRegex(
            self.written(), "^" + form + r"\[WARNING\] number 1\n" + form + r"\[ERROR\] by name\n"
        )
        self.assertIn("ValueError: x", self.written())
        self.assertNotIn("too little", self.written())

    def test_applications_find_gunicorns_logger(self):
        hooks = self.hooks({"loglevel": "debug"})
        logger = logging.getLogger("gunicorn.error")
        self.assertEqual((logger.level, len(logger.handlers)), (logging.DEBUG, 1))
        self.assertIs(hooks.server.log.error_log, logger)

    def test_logconfig_dict_changes_a_part(self):
        levels = {"loggers": {"gunicorn.error": {"level": "ERROR", "handlers": ["error_console"]}}}
        hooks = self.hooks({"logconfig_dict": levels})
        hooks.server.log.warning("no")
        hooks.server.log.error("yes")
        self.assertRegex(self.written(), r"\[ERROR\] yes\n$")
        with self.assertRaisesRegex(LoadFailure, "conf.py: logconfig_dict: logging cannot be configured"):
            self.hooks({"logconfig_dict": {"version": 7}})

    def test_a_logconfig_that_is_not_there_is_named_with_its_line_or_flag(self):
        for name, flag in (("logconfig", "--log-config"), ("logconfig_json", "--log-config-json")):
            for given, where in (("/no/such", f"conf.py:1: {name}"), ("/other", flag)):
                with self.subTest(name, given=given), self.assertRaises(LoadFailure) as caught:
                    self.hooks({name: "/no/such"}, **{name: given})
                said = f"{where}: logging cannot be configured like that: there is no file /no/such"
                self.assertEqual(caught.exception.message, said)
                self.assertIsNone(caught.exception.traceback)

    def test_a_worker_has_what_hooks_of_timeouts_look_at(self):
        worker = self.hooks({"timeout": 30, "max_requests": 7}).worker
        worker.tmp.notify()
        worker.notify()
        self.assertLess(time.monotonic() - worker.tmp.last_update(), worker.timeout)
        self.assertEqual((worker.timeout, worker.max_requests, worker.sockets), (15, 7, []))

    def test_a_request_as_hooks_see_it(self):
        request = Request(dict(ENVIRON))
        self.assertEqual((request.method, request.uri), ("GET", "/a%20b?x=1"))
        self.assertEqual((request.path, request.query, request.fragment), ("/a%20b", "x=1", ""))
        self.assertEqual((request.version, request.remote_addr), ((1, 1), ("10.0.0.1", 4711)))
        self.assertEqual(
            request.headers, [("HOST", "example.com"), ("X-TRACE", "t"), ("CONTENT-LENGTH", "3")]
        )

    def test_around_a_request(self):
        seen = []
        hooks = self.hooks(
            pre_request=lambda worker, req: seen.append(("before", req.path, worker.nr)),
            post_request=lambda worker, req, environ, resp: seen.append(
                (worker.nr, environ["PATH_INFO"], resp.status, resp.status_code, resp.sent, resp.headers[1])
            ),
        )
        self.assertEqual(self.serve(hooks), b"abc")
        self.assertEqual(
            seen, [("before", "/a%20b", 0), (1, "/a b", "200 OK", 200, 3, ("Content-Length", "3"))]
        )

    def test_post_request_with_fewer_arguments(self):
        seen = []
        self.serve(self.hooks(post_request=lambda worker, req: seen.append(req.method)))
        self.serve(self.hooks(post_request=lambda worker, req, environ: seen.append(environ["PATH_INFO"])))
        self.assertEqual(seen, ["GET", "/a b"])

    def test_headers_that_a_hook_adds_reach_the_application(self):
        def pre_request(worker, req):
            req.headers.append(("X-REQUEST-START", "t=1"))
            req.headers.remove(("X-TRACE", "t"))

        def application(environ, start_response):
            seen.append({name: environ.get(name) for name in ("HTTP_X_REQUEST_START", "HTTP_X_TRACE")})
            seen.append((environ["HTTP_HOST"], environ["CONTENT_LENGTH"]))
            return hello(environ, start_response)

        seen = []
        self.serve(self.hooks(pre_request=pre_request), application)
        expected = {"HTTP_X_REQUEST_START": "t=1", "HTTP_X_TRACE": None}
        self.assertEqual(seen, [expected, ("example.com", "3")])

    def test_a_request_that_fails_is_over_too(self):
        def application(environ, start_response):
            raise ValueError("application")

        def pre_request(worker, req):
            raise ValueError("hook")

        def post_request(worker, req, environ, resp):
            seen.append(resp.status)

        seen = []
        with self.assertRaisesRegex(ValueError, "application"):
            self.serve(self.hooks(post_request=post_request), application)
        with self.assertRaisesRegex(ValueError, "hook"):
            self.serve(self.hooks(post_request=post_request, pre_request=pre_request))
        self.assertEqual(seen, [None, None])

    def test_post_request_that_fails_is_logged_and_fails_nothing(self):
        def post_request(worker, req):
            raise ValueError("boom")

        self.assertEqual(self.serve(self.hooks(post_request=post_request)), b"abc")
        self.assertIn("conf.py:1: the hook post_request failed: ValueError: boom", self.written())
        self.assertIn("in post_request", self.written())

    def test_without_request_hooks_the_application_is_served_itself(self):
        hooks = self.hooks(post_fork=lambda server, worker: None)
        loaded = Loaded(hello, "app:application")
        self.assertIs(hooks.post_worker_init(loaded).application, hello)
        self.assertIs(hooks.worker.wsgi, hello)

    def test_hooks_that_end_a_start_raise(self):
        def fail(*_):
            raise KeyError("boom")

        hooks = self.hooks(
            on_starting=fail, pre_fork=fail, post_fork=fail, post_worker_init=fail, nworkers_changed=fail
        )
        for call in (
            lambda: hooks.on_starting(is_reload=False),
            hooks.nworkers_changed,
            lambda: hooks.pre_fork(1, 1),
            lambda: hooks.post_fork(lambda: None),
            lambda: hooks.post_worker_init(Loaded(hello, "app")),
        ):
            with self.assertRaisesRegex(LoadFailure, r"conf.py:\d: the hook \w+ failed: KeyError: 'boom'"):
                call()

    def test_hooks_of_a_worker_that_leaves_are_logged(self):
        def fail(*_):
            raise KeyError("boom")

        hooks = self.hooks(worker_int=fail, worker_abort=fail, worker_exit=fail)
        for call in (hooks.worker_int, hooks.worker_abort, hooks.worker_exit):
            call()
        self.assertEqual(self.written().count("[ERROR]"), 3)

    def test_a_hook_may_end_its_worker(self):
        asked = []
        hooks = self.hooks(post_request=lambda worker, req: setattr(worker, "alive", False))
        hooks.post_fork(lambda: asked.append("leave"))
        self.serve(hooks)
        self.serve(hooks)
        self.assertEqual(asked, ["leave"])
        self.assertFalse(hooks.worker.alive)


if __name__ == "__main__":
    unittest.main()
