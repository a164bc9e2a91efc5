"""Whoever serves as another user can be sure of it."""

import os
import unittest

from tsgi.privileges import require_no_way_back


class PrivilegesTest(unittest.TestCase):
    @unittest.skipUnless(os.getuid() == 0, "only root still is root")
    def test_a_process_that_still_is_root_does_not_serve_as_somebody_else(self) -> None:
        with self.assertRaisesRegex(PermissionError, "was to run as user id 65534"):
            require_no_way_back(65534)

    @unittest.skipUnless(os.getuid() == 0, "only root can become another user")
    def test_one_that_could_take_the_rights_back_does_not_either(self) -> None:
        pid = os.fork()
        if pid == 0:
            os.setresuid(65534, 65534, 0)
            try:
                require_no_way_back(65534)
            except PermissionError:
                os._exit(7)
            os._exit(0)
        self.assertEqual(os.waitpid(pid, 0)[1] >> 8, 7)

    @unittest.skipUnless(os.getuid() == 0, "only root can become another user")
    def test_one_that_has_given_them_up_does(self) -> None:
        pid = os.fork()
        if pid == 0:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
            require_no_way_back(65534)
            os._exit(5)
        self.assertEqual(os.waitpid(pid, 0)[1] >> 8, 5)

    def test_root_that_was_meant_is_no_breach(self) -> None:
        require_no_way_back(None)
        require_no_way_back(0)


if __name__ == "__main__":
    unittest.main()
