"""Opens N connections, asks once on each, then holds them; a line on stdin asks how many are still open.

Prints the number that was answered, and after each line of stdin the number that is open.
"""

from __future__ import annotations

import resource
import select
import socket
import sys

AT_ONCE = 200
REQUEST = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


def open_some(port: int, count: int) -> list[socket.socket]:
    """Those of `count` new connections that were answered within five seconds and not told to close."""
    opened = []
    for _ in range(count):
        try:
            connection = socket.create_connection(("127.0.0.1", port), timeout=5)
            connection.sendall(REQUEST)
            opened.append(connection)
        except OSError:
            break
    return [connection for connection in opened if is_answered(connection)]


def is_answered(connection: socket.socket) -> bool:
    received = b""
    try:
        while b"\r\n\r\n" not in received or not received.endswith(b"world!"):
            chunk = connection.recv(4096)
            if not chunk:
                return False
            received += chunk
    except OSError:
        return False
    return b"connection: close" not in received.lower()


def is_open(connection: socket.socket) -> bool:
    """An idle connection has nothing to read; one that the server closed has its end."""
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return not poll.poll(0)


def main(port: int, count: int) -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    held: list[socket.socket] = []
    while len(held) < count:
        some = open_some(port, min(AT_ONCE, count - len(held)))
        held += some
        if len(some) < AT_ONCE // 2:
            break
    print(len(held), flush=True)
    for _ in sys.stdin:
        print(sum(is_open(connection) for connection in held), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
