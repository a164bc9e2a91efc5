"""What is told to the master for py-autoreload, and what is not."""

import importlib
import os
import sys
import tempfile
import types
import unittest

from tsgi.sources import find_sources


class Sources(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = os.path.realpath(directory.name)
        sys.path.insert(0, self.root)
        self.addCleanup(sys.path.remove, self.root)

    def write(self, path):
        path = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w"):
            pass
        return path

    def remember(self, name, module):
        sys.modules[name] = module
        self.addCleanup(sys.modules.pop, name)

    def test_packages_and_modules_that_are_not_installed_are_named_once(self):
        self.write("tsgi_test_package/inner/deep.py")
        self.write("tsgi_test_package/__init__.py")
        single = self.write("tsgi_test_single.py")
        for name in ("tsgi_test_package.inner.deep", "tsgi_test_single"):
            importlib.import_module(name)
        for name in ("tsgi_test_package", "tsgi_test_package.inner", "tsgi_test_package.inner.deep"):
            self.addCleanup(sys.modules.pop, name)
        self.addCleanup(sys.modules.pop, "tsgi_test_single")
        found = [place for place in find_sources() if place.startswith(self.root)]
        self.assertEqual(found, [os.path.join(self.root, "tsgi_test_package"), single])

    def test_python_installed_packages_and_tsgi_are_not_named(self):
        import json

        installed = types.ModuleType("tsgi_test_installed")
        installed.__file__ = os.path.join(self.root, "lib", "site-packages", "one.py")
        self.remember("tsgi_test_installed", installed)
        found = find_sources()
        for other in (os.path.dirname(json.__file__), installed.__file__, "site-packages"):
            self.assertNotIn(other, found)
        self.assertFalse([place for place in found if place.endswith(("/tsgi", "/os.py"))], found)

    def test_whatever_stands_in_sys_modules_is_survived(self):
        class Evil:
            def __getattr__(self, name):
                raise RuntimeError(name)

        self.remember("tsgi_test_evil", Evil())
        self.remember("tsgi_test_none", None)
        odd = types.ModuleType("tsgi_test_odd")
        odd.__file__ = 7
        self.remember("tsgi_test_odd", odd)
        self.assertIsInstance(find_sources(), list)


if __name__ == "__main__":
    unittest.main()
