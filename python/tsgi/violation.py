"""What tsgi raises at an application."""


class Violation(AssertionError):
    """The application broke PEP 3333: its message says what was seen and what was wanted."""


class RouterGone(ConnectionError):
    """The router that waits for this response is no more: nobody can be answered."""


class ClientGone(ConnectionError):
    """The client went away before the response was complete."""
