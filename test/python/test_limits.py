"""Which processors a worker gets, and how many processes a user has."""

import os
import unittest

from tsgi.limits import count_tasks, share_of


class LimitsTest(unittest.TestCase):
    def test_processors_follow_one_another_round_and_round(self) -> None:
        allowed = [0, 1, 2, 3]
        self.assertEqual([share_of(allowed, n, 1) for n in (1, 2, 5)], [{0}, {1}, {0}])
        self.assertEqual([share_of(allowed, n, 2) for n in (1, 2, 3)], [{0, 1}, {2, 3}, {0, 1}])
        self.assertEqual([share_of(allowed, n, 3) for n in (1, 2)], [{0, 1, 2}, {3, 0, 1}])

    def test_only_processors_that_are_allowed(self) -> None:
        self.assertEqual([share_of([2, 5], n, 1) for n in (1, 2, 3)], [{2}, {5}, {2}])

    def test_more_processors_than_there_are(self) -> None:
        self.assertEqual(share_of([0, 1], 1, 8), {0, 1})

    def test_the_tasks_of_a_user_include_this_one(self) -> None:
        self.assertGreaterEqual(count_tasks(os.getuid()), 1)


if __name__ == "__main__":
    unittest.main()
