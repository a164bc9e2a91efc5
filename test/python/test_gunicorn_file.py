"""Gunicorn's configuration file: what it is executed as, what it may define, and how it fails."""

import contextlib
import os
import sys
import tempfile
import textwrap
import unittest

from tsgi.gunicorn_file import execute
from tsgi.gunicorn_values import describe
from tsgi.loader import LoadFailure

NAMES = ["bind", "workers", "threads", "worker_class", "raw_env", "loglevel", "errorlog", "on_starting"]
NAMES += ["pre_fork", "post_request", "secure_scheme_headers"]


class GunicornFile(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.addCleanup(os.chdir, os.getcwd())
        self.addCleanup(sys.path.__setitem__, slice(None), list(sys.path))
        os.chdir(folder.name)
        self.folder = os.path.realpath(folder.name)

    def write(self, text, name="gunicorn.conf.py"):
        with open(name, "w" if isinstance(text, str) else "wb") as file:
            file.write(textwrap.dedent(text) if isinstance(text, str) else text)
        return name

    def describe(self, text):
        return describe(execute(self.write(text), None), NAMES)

    def refuse(self, text, name="gunicorn.conf.py"):
        with self.assertRaises(LoadFailure) as caught:
            describe(execute(self.write(text, name), None), NAMES)
        return caught.exception

    def test_values_come_back_as_json_can_hold_them(self):
        values = self.describe(
            """
            import fractions
            bind = ("127.0.0.1:8000", "unix:/a")
            workers = 2 * 2 + 1
            threads = 4.0
            raw_env = {"A=1"}
            loglevel = b"debug"
            errorlog = None
            secure_scheme_headers = {"X-FORWARDED-PROTO": "https"}
            class worker_class: pass
            def on_starting(server): pass
            pre_fork = lambda server, worker: None
            """
        )
        self.assertEqual(
            values["settings"],
            {
                "bind": ["127.0.0.1:8000", "unix:/a"],
                "workers": 5,
                "threads": 4.0,
                "raw_env": ["A=1"],
                "loglevel": "debug",
                "errorlog": None,
                "secure_scheme_headers": {"X-FORWARDED-PROTO": "https"},
                "worker_class": {"$class": "__config__.worker_class"},
                "on_starting": {"$function": "on_starting"},
                "pre_fork": {"$function": "<lambda>"},
            },
        )
        self.assertEqual(values["hooks"], ["on_starting", "pre_fork"])

    def test_names_that_are_no_settings_are_told_apart(self):
        values = self.describe(
            """
            import os
            from os import path
            worker = 3
            _private = 1
            def helper(): pass
            class Thing: pass
            Workers = "x"
            """
        )
        self.assertEqual(values["settings"], {})
        self.assertEqual(values["others"], ["worker", "Workers"])

    def test_each_name_has_the_line_of_its_last_value(self):
        values = self.describe(
            """\
            workers = 1
            if True:
                workers, threads = 2, 3
            try:
                bind: str = "x"
            except ValueError:
                pass
            else:
                raw_env = []
                raw_env += ["A=1"]
            def on_starting(server):
                loglevel = 1
            """
        )
        self.assertEqual(
            values["lines"], {"workers": 3, "threads": 3, "bind": 5, "raw_env": 10, "on_starting": 11}
        )

    def test_the_file_sees_what_it_sees_under_gunicorn(self):
        self.write("value = 7\n", "beside_the_file.py")
        self.addCleanup(sys.modules.pop, "beside_the_file", None)
        executed = execute(
            self.write(
                """
                import beside_the_file, sys
                workers = beside_the_file.value
                me = sys.modules["__config__"]
                name, file = __name__, __file__
                """
            ),
            None,
        )
        namespace = executed.namespace
        self.assertEqual((namespace["workers"], namespace["name"]), (7, "__config__"))
        self.assertEqual(namespace["file"], "gunicorn.conf.py")
        self.assertIs(vars(namespace["me"]), namespace)
        self.assertEqual([name for name in os.listdir(".") if "conf" in name], ["gunicorn.conf.py"])

    def test_a_module_is_imported(self):
        self.write("workers = 9\n", "conf_as_module.py")
        self.addCleanup(sys.modules.pop, "conf_as_module", None)
        values = describe(execute(None, "conf_as_module"), NAMES)
        self.assertEqual(values["settings"], {"workers": 9})
        self.assertEqual(values["lines"], {"workers": 1})

    def test_without_a_file_there_is_nothing(self):
        values = describe(execute(None, None), NAMES)
        self.assertEqual((values["settings"], values["hooks"], values["others"]), ({}, [], []))

    def test_any_encoding_that_python_reads(self):
        for text in (b"\xef\xbb\xbfloglevel = 'd\xc3\xa9'\r\n", b"# coding: latin-1\nloglevel = 'd\xe9'\n"):
            values = describe(execute(self.write(text), None), NAMES)
            self.assertEqual(values["settings"], {"loglevel": "d\xe9"})

    def test_what_it_raises_names_the_line_and_shows_only_its_own_frames(self):
        failure = self.refuse("import os\ndef find():\n    return os.environ['NOT_THERE']\nbind = find()\n")
        self.assertEqual(failure.message, "gunicorn.conf.py:4: KeyError: 'NOT_THERE'")
        self.assertIn('gunicorn.conf.py", line 3, in find', failure.traceback)
        self.assertNotIn("gunicorn_file.py", failure.traceback)

    def test_other_ways_to_fail(self):
        cases = {
            "workers = = 1\n": "gunicorn.conf.py:1: invalid syntax",
            "a = 1\n  b = 2\n": "gunicorn.conf.py:2: unexpected indent",
            "import sys\nsys.exit(4)\n": "gunicorn.conf.py:2: the file ends the interpreter: SystemExit(4)",
            "import nonsense.of.mine": "gunicorn.conf.py:1: no module named nonsense",
            "raise KeyboardInterrupt": "gunicorn.conf.py:1: KeyboardInterrupt",
        }
        for text, message in cases.items():
            with self.subTest(text):
                self.assertEqual(self.refuse(text).message, message)

    def test_a_file_that_is_no_text(self):
        advice = " (save it as UTF-8, or name its encoding in the first line: # coding: …)"
        flaws = {
            b"\x7fELF\0\xff": "1: it is not a text: it holds a zero byte",
            b"workers = 1\nbind\0 = 1\n": "2: it is not a text: it holds a zero byte",
            "workers = 1\n".encode("utf-16"): "1: it is not a text: it holds a zero byte",
            b"proc_name = 'K\xf6ln'\n": "1: it is not UTF-8: it holds the byte 0xf6" + advice,
            b"a = 1\r\n\r\n'\xf6'\r\n": "3: it is not UTF-8: it holds the byte 0xf6" + advice,
            b"# coding: ascii\n'\xf6'\n": "2: it is not ASCII: it holds the byte 0xf6"
            + advice.replace("UTF-8", "ASCII"),
        }
        for text, message in flaws.items():
            with self.subTest(text):
                failure = self.refuse(text)
                self.assertEqual(failure.message, "gunicorn.conf.py:" + message)
                self.assertEqual((failure.details, failure.traceback), ([], None))
        for text in (b"# coding: nonsense\n", b"# coding: hex\n"):
            self.assertRegex(self.refuse(text).message, r"^gunicorn\.conf\.py:1: .*(encoding|hex)")

    def test_gunicorn_that_is_not_installed(self):
        sys.modules["gunicorn"] = None
        self.addCleanup(sys.modules.pop, "gunicorn")
        failure = self.refuse("from gunicorn.arbiter import Arbiter\n")
        self.assertRegex(failure.message, r"^gunicorn.conf.py:1: no module named gunicorn")
        self.assertIn("if TYPE_CHECKING:", failure.details[1])

    def test_files_that_are_not_there_or_cannot_be_read(self):
        for name, message in {
            "missing.py": "missing.py: no such file",
            self.folder: f"{self.folder} is a directory",
        }.items():
            with self.assertRaises(LoadFailure) as caught:
                execute(name, None)
            self.assertEqual(caught.exception.message, message)

    @unittest.skipIf(os.geteuid() == 0, "root may read everything")
    def test_a_file_without_permission(self):
        os.chmod(self.write("workers = 1\n"), 0)
        with self.assertRaises(LoadFailure) as caught:
            execute("gunicorn.conf.py", None)
        self.assertEqual(caught.exception.message, "gunicorn.conf.py cannot be read: Permission denied")

    def test_a_hook_has_to_be_callable_as_gunicorn_calls_it(self):
        cases = {
            "on_starting = 3": "on_starting is int, not a function",
            "def pre_fork(server): pass": "pre_fork(server) cannot be called as Gunicorn does: "
            "write pre_fork(server, worker)",
            "on_starting = 'no.such'": "on_starting = 'no.such' cannot be imported: No module named 'no'",
            "def post_request(w): pass": "post_request(w) cannot be called as Gunicorn does: "
            "write post_request(worker, req, environ, resp)",
        }
        for text, message in cases.items():
            with self.subTest(text):
                self.assertEqual(self.refuse(text).message, "gunicorn.conf.py:1: " + message)
        for text in ("def post_request(w, r): pass", "def pre_fork(*all): pass", "on_starting = 'os.fspath'"):
            with self.subTest(text):
                self.assertEqual(len(self.describe(text)["hooks"]), 1)

    def test_an_error_has_the_innermost_line_of_the_file(self):
        executed = execute(
            self.write("def on_starting(server):\n    import json\n    json.loads('x')\n"), None
        )
        try:
            executed.namespace["on_starting"](None)
        except ValueError as error:
            self.assertEqual(executed.place_in(error), "gunicorn.conf.py:3")
        self.assertIsNone(executed.place_in(KeyError()))

    def test_what_the_file_prints_goes_where_it_always_goes(self):
        with tempfile.TemporaryFile("w+") as out, contextlib.redirect_stdout(out):
            execute(self.write("print('reading')\n"), None)
            out.seek(0)
            self.assertEqual(out.read(), "reading\n")


if __name__ == "__main__":
    unittest.main()
