"""Finding the application: what is accepted, and what a refusal says."""

import os
import pickle
import shutil
import sys
import tempfile
import textwrap
import unittest

from tsgi.loader import LoadFailure, load
from tsgi.mounts import prepare_path


class Loader(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.directory)
        path, modules = list(sys.path), set(sys.modules)
        self.addCleanup(self.restore, path, modules)
        sys.path.insert(0, self.directory)

    @staticmethod
    def restore(path, modules):
        sys.path[:] = path
        for name in set(sys.modules) - modules:
            del sys.modules[name]

    def write(self, name, text):
        path = os.path.join(self.directory, name)
        with open(path, "w") as file:
            file.write(textwrap.dedent(text))
        return path

    def fail(self, file=None, module=None, callable_=None):
        with self.assertRaises(LoadFailure) as caught:
            load(file, module, callable_)
        failure = caught.exception
        return failure.message, "\n".join(failure.details), failure.traceback or ""

    def test_names_attributes_and_calls(self):
        file = self.write(
            "site_one.py",
            """
            def application(environ, start_response): pass
            class holder:
                inner = application
            def make(name, *, debug=False):
                assert (name, debug) == ("x", True)
                return application
            """,
        )
        for callable_, name in (
            (None, "application"),
            ("application", "application"),
            ("holder.inner", "holder.inner"),
            ("make('x', debug=True)", "make('x', debug=True)"),
        ):
            found = load(file, None, callable_)
            self.assertEqual(found.application.__name__, "application")
            self.assertEqual(found.name, "site_one:" + name)
        self.assertEqual(load(None, "site_one", None).name, "site_one:application")

    def test_app_is_the_second_choice(self):
        file = self.write("second.py", "def app(e, s): pass\n")
        self.assertEqual(load(file, None, None).name, "second:app")

    def test_what_a_file_defines_can_be_pickled(self):
        file = self.write("my-app.wsgi", "class Thing: pass\ndef application(e, s): return Thing()\n")
        thing = load(file, None, None).application(None, None)
        self.assertIsInstance(pickle.loads(pickle.dumps(thing)), type(thing))

    def test_a_file_named_like_a_module_in_use_does_not_replace_it(self):
        file = self.write("io.py", "def application(e, s): pass\n")
        before = sys.modules["io"]
        load(file, None, None)
        self.assertIs(sys.modules["io"], before)

    def test_no_such_file(self):
        self.write("other.py", "")
        message, details, _ = self.fail(os.path.join(self.directory, "app.py"))
        self.assertEqual(message, "No such file: " + os.path.join(self.directory, "app.py"))
        self.assertIn("other.py", details)

    def test_no_such_module(self):
        message, details, _ = self.fail(module="nowhere.wsgi")
        self.assertEqual(message, "No module named nowhere")
        self.assertIn("Searched: " + self.directory, details)

    def test_no_such_submodule(self):
        os.mkdir(os.path.join(self.directory, "pack"))
        self.write("pack/__init__.py", "")
        self.assertEqual(self.fail(module="pack.wsgi")[0], "No module named pack.wsgi")

    def test_a_callable_behind_a_dot(self):
        self.write("shop.py", "def application(environ, start_response): pass")
        message, details, _ = self.fail(module="shop.application")
        self.assertEqual(message, "No module named shop.application")
        self.assertIn("Did you mean shop:application?", details)
        self.assertNotIn("Did you mean", self.fail(module="shop.nothing")[1])

    def test_a_file_named_as_a_module_and_a_module_named_as_a_file(self):
        self.write("shop.py", "")
        self.assertIn("wsgi-file = shop.py", self.fail(module="shop.py")[1])
        self.assertIn("module = shop.wsgi", self.fail(file="shop.wsgi")[1])
        self.assertNotIn("module", self.fail(file="nothing.py")[1])

    def test_an_application_that_is_called(self):
        file = self.write(
            "called.py",
            """
            def application(environ, start_response): pass
            def make(*names): raise TypeError("of its own")
            """,
        )
        message, details, _ = self.fail(file, callable_="application()")
        self.assertIn("application() in", message)
        self.assertEqual(details, "Leave the () out: application is the application itself.")
        self.assertEqual(self.fail(file, callable_="make()")[1], "")

    def test_a_module_that_the_application_misses(self):
        file = self.write("needs.py", "import not_there_at_all\n")
        for where in ({"file": file}, {"module": "needs"}):
            message, _, trace = self.fail(**where)
            self.assertIn("imports not_there_at_all, which is not installed", message)
            self.assertIn("import not_there_at_all", trace)
            self.assertNotIn("importlib", trace)

    def test_no_such_callable(self):
        file = self.write(
            "empty.py", "from os import getcwd\nimport io\ndef run(): pass\nclass Thing: pass\n"
        )
        message, details, _ = self.fail(file)
        self.assertEqual(message, 'No "application" and no "app" in ' + file)
        self.assertEqual(details, "Callables in it: Thing, run")
        self.assertIn("'nothing'", self.fail(file, callable_="nothing")[0])

    def test_not_callable(self):
        file = self.write("value.py", "application = {'a': 1}\n")
        message, _, _ = self.fail(file)
        self.assertIn("application in %s is not callable: it is dict {'a': 1}" % file, message)

    def test_a_factory_that_fails(self):
        file = self.write("factory.py", "def make():\n    raise LookupError('no settings')\n")
        message, _, trace = self.fail(file, callable_="make()")
        self.assertIn("make() in %s raised LookupError" % file, message)
        self.assertIn("no settings", trace)

    def test_a_syntax_error(self):
        file = self.write("wrong.py", "x = 1\nif x\n    pass\n")
        message, details, _ = self.fail(file)
        self.assertIn("Syntax error in %s, line 2" % file, message)
        self.assertIn("if x", details)

    def test_a_file_that_is_no_text(self):
        file = self.write("binary.py", "a = 1\nb = '\0'\n")
        message, details, trace = self.fail(file)
        self.assertEqual(message, f"Syntax error in {file}, line 2: it is not a text: it holds a zero byte")
        self.assertEqual((details, trace), ("", ""))

    def test_an_import_that_exits(self):
        file = self.write("leaves.py", "import sys\nsys.exit(3)\n")
        self.assertIn("ended the interpreter while it was imported: SystemExit(3)", self.fail(file)[0])

    def test_an_asgi_application(self):
        file = self.write(
            "asgi.py",
            """
            async def application(scope, receive, send): pass
            class App:
                async def __call__(self, scope, receive, send): pass
            app = App()
            """,
        )
        for callable_ in ("application", "app"):
            self.assertIn("ASGI", self.fail(file, callable_=callable_)[0])

    def test_a_factory_that_is_not_called_is_noticed(self):
        file = self.write("factory.py", "def create_app(): return print\n")
        message, details = self.fail(file, callable_="create_app")[:2]
        self.assertIn("cannot be called with (environ, start_response)", message)
        self.assertIn("create_app()", "".join(details))

    def test_only_literals_are_passed(self):
        file = self.write("calls.py", "def make(*a): return print\n")
        for text in ("make(open('x'))", "make(", "a b", "make()()", "1", "make(**{})", "lambda: 1"):
            self.assertIn("does not name a callable", self.fail(file, callable_=text)[0])

    def test_the_files_directory_comes_first(self):
        target = {"file": os.path.join(self.directory, "app.py"), "module": None, "callable": None}
        paths = ["/opt/one", "/opt/two"]
        prepare_path({"default": target, "mounts": [], "pythonpath": paths, "argv": ["--fast"]})
        self.assertEqual(sys.argv, [target["file"], "--fast"])
        self.assertEqual(sys.path[:4], [self.directory, "/opt/one", "/opt/two", os.getcwd()])


if __name__ == "__main__":
    unittest.main()
