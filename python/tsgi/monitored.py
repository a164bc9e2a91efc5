"""The exceptions of the application after which its worker is to be replaced: reload-on-exception."""

from typing import Any, Callable, Dict, List, Optional

from .violation import Violation


class Monitored:
    """Tells the first one that was asked for; what the master does about it is the master's to say."""

    def __init__(self, wanted: Dict[str, Any], tell: Callable[[str], None]) -> None:
        #: Mirrors ExceptionsMessage of src/base/messages.ts.
        self._wanted = wanted
        self._tell = tell
        self._has_told = False

    def notice(self, error: BaseException) -> None:
        if self._has_told or isinstance(error, Violation):
            return
        option = self._option_for(error)
        if option is not None:
            self._has_told = True
            self._tell("%s (%s)" % (type(error).__name__, option))

    def _option_for(self, error: BaseException) -> Optional[str]:
        names = _names_of(type(error))
        if any(name in self._wanted["types"] for name in names):
            return "reload-on-exception-type"
        # Texts that nobody asked for may be long, or raise in turn.
        if self._wanted["values"] or self._wanted["reprs"]:
            text = _text_of(error)
            if text is not None and text in self._wanted["values"]:
                return "reload-on-exception-value"
            if text is not None and any("%s: %s" % (name, text) in self._wanted["reprs"] for name in names):
                return "reload-on-exception-repr"
        return "reload-on-exception" if self._wanted["any"] else None


def _names_of(kind: type) -> List[str]:
    """With its module, as uWSGI wants it for all that are not built in, and without."""
    return [kind.__name__, "%s.%s" % (kind.__module__, kind.__name__)]


def _text_of(error: BaseException) -> Optional[str]:
    try:
        return str(error)
    except Exception:
        return None
