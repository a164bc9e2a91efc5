"""Which exceptions a worker is replaced for."""

import unittest
from typing import Any, List

from tsgi.monitored import Monitored
from tsgi.violation import Violation


class Broken(Exception):
    pass


class Mute(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no words")


def notices(*errors: BaseException, **wanted: Any) -> List[str]:
    told: List[str] = []
    watch = Monitored(dict({"any": False, "types": [], "values": [], "reprs": []}, **wanted), told.append)
    for error in errors:
        watch.notice(error)
    return told


class MonitoredTest(unittest.TestCase):
    def test_nothing_is_told_where_nothing_was_asked_for(self) -> None:
        self.assertEqual(notices(ValueError("x")), [])

    def test_any_exception(self) -> None:
        self.assertEqual(notices(ValueError("x"), any=True), ["ValueError (reload-on-exception)"])

    def test_a_type_by_its_name_with_and_without_the_module(self) -> None:
        for name in ("Broken", __name__ + ".Broken"):
            told = notices(ValueError("x"), Broken("x"), types=[name])
            self.assertEqual(told, ["Broken (reload-on-exception-type)"])

    def test_a_subclass_is_another_type(self) -> None:
        self.assertEqual(notices(KeyError("x"), types=["LookupError"]), [])

    def test_a_text(self) -> None:
        told = notices(ValueError("some"), Broken("some text"), values=["some text"])
        self.assertEqual(told, ["Broken (reload-on-exception-value)"])

    def test_a_type_with_its_text(self) -> None:
        told = notices(KeyError("j"), KeyError("k"), reprs=["KeyError: 'k'"])
        self.assertEqual(told, ["KeyError (reload-on-exception-repr)"])

    def test_an_exception_that_has_no_text(self) -> None:
        self.assertEqual(notices(Mute(), values=["None"], reprs=["Mute: None"]), [])
        self.assertEqual(notices(Mute(), any=True), ["Mute (reload-on-exception)"])

    def test_only_the_first_is_told(self) -> None:
        self.assertEqual(len(notices(ValueError(), KeyError(), any=True)), 1)

    def test_what_tsgi_itself_complains_of_is_no_exception_of_the_application(self) -> None:
        self.assertEqual(notices(Violation("no start_response"), any=True), [])


if __name__ == "__main__":
    unittest.main()
