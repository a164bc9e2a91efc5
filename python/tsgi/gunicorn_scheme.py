"""Whether a request came by https, where a trusted proxy says so.

Gunicorn's secure_scheme_headers and forwarded_allow_ips: without this, an application behind a
proxy that ends TLS would redirect to https for ever.
"""

import ipaddress
from typing import Any, Callable, Dict, List, Optional, Union

_Application = Callable[..., Any]
_CONTRADICTION = b"Bad Request: the proxy's headers disagree on the scheme\n"


def follow_scheme(application: _Application, settings: Dict[str, Any]) -> _Application:
    """The application, told the scheme that a trusted proxy names; itself where nobody is trusted."""
    proxies: List[str] = settings.get("forwarded_allow_ips") or []
    secure = {
        "HTTP_" + name.upper().replace("-", "_"): value
        for name, value in (settings.get("secure_scheme_headers") or {}).items()
    }
    if not secure or not proxies:
        return application
    trusts = _Trust(proxies)
    headers = tuple(secure.items())

    def around(environ: Dict[str, Any], start_response: Callable[..., Any]) -> Any:
        scheme: Optional[str] = None
        for name, value in headers:
            if name in environ and trusts[environ["REMOTE_ADDR"]]:
                named = "https" if environ[name] == value else "http"
                if scheme not in (None, named):
                    return _refuse(start_response)
                scheme = named
        if scheme is not None:
            environ["wsgi.url_scheme"] = scheme
        return application(environ, start_response)

    return around


class _Trust(Dict[str, bool]):
    """address → whether its word counts. The empty one is a Unix socket's: who may open it is trusted."""

    #: Only few addresses are proxies; a scan of many must not fill the memory.
    _MOST = 1000

    def __init__(self, proxies: List[str]) -> None:
        super().__init__()
        self._everybody = "*" in proxies
        self._networks = [ipaddress.ip_network(proxy, strict=False) for proxy in proxies if proxy != "*"]

    def __missing__(self, address: str) -> bool:
        if len(self) >= self._MOST:
            self.clear()
        self[address] = found = self._everybody or address == "" or self._contains(address)
        return found

    def _contains(self, text: str) -> bool:
        try:
            address: Union[ipaddress.IPv4Address, ipaddress.IPv6Address] = ipaddress.ip_address(text)
        except ValueError:
            return False
        return any(address in network for network in self._networks)


def _refuse(start_response: Callable[..., Any]) -> List[bytes]:
    length = str(len(_CONTRADICTION))
    start_response("400 Bad Request", [("Content-Type", "text/plain"), ("Content-Length", length)])
    return [_CONTRADICTION]
