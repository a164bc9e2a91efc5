"""Requests at a constant rate, whether the server keeps up or not; prints one line of JSON.

Each request has its moment, and its latency counts from that moment: a server that stalls is charged
for everybody who came meanwhile (no coordinated omission). A request takes an idle connection or opens
one. Python and select(), because its timeout is finer than the millisecond of epoll in Node or libuv.
"""

from __future__ import annotations

import argparse
import json
import select
import socket
import time

MOST_CONNECTIONS = 900
"""select() takes descriptors below 1024."""

GRACE = 3.0
"""Seconds that late replies get after the last arrival."""


class Connection:
    def __init__(self, address: tuple[str, int]) -> None:
        self.socket = socket.create_connection(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""
        self.due = 0.0
        self.slow = False
        self.reused = False

    def fileno(self) -> int:
        return self.socket.fileno()

    def ask(self, due: float, slow: bool) -> None:
        self.due, self.slow, self.received = due, slow, b""
        path = b"/slow" if slow else b"/"
        self.socket.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")

    def is_answered(self) -> bool:
        """Reads what is there; True once the reply is complete. ConnectionError when it was cut."""
        received = self.socket.recv(65536)
        if not received:
            raise ConnectionResetError
        self.received += received
        head, separator, body = self.received.partition(b"\r\n\r\n")
        if not separator:
            return False
        lowered = head.lower()
        at = lowered.find(b"content-length:")
        return len(body) >= int(lowered[at + 15 :].split(b"\r", 1)[0])

    def stays_open(self) -> bool:
        return b"connection: close" not in self.received.lower()


class Run:
    def __init__(self, port: int, rate: float, seconds: float, slow_every: int) -> None:
        self.address = ("127.0.0.1", port)
        self.interval = 1 / rate
        self.total = int(rate * seconds)
        self.slow_every = slow_every
        self.idle: list[Connection] = []
        self.busy: set[Connection] = set()
        self.latencies: dict[bool, list[float]] = {False: [], True: []}
        self.lateness: list[float] = []
        self.bad = 0
        self.refused = 0

    def run(self) -> None:
        start = time.perf_counter() + 0.05
        end = start + self.total * self.interval + GRACE
        sent = 0
        while sent < self.total or self.busy:
            now = time.perf_counter()
            while sent < self.total and start + sent * self.interval <= now:
                self.send(start + sent * self.interval, self.slow_every > 0 and sent % self.slow_every == 0)
                sent += 1
            if now > end:
                break
            until = start + sent * self.interval if sent < self.total else end
            self.receive(max(0.0, until - time.perf_counter()))

    def send(self, due: float, slow: bool, again: bool = False) -> None:
        if len(self.busy) >= MOST_CONNECTIONS:
            self.refused += 1
            return
        connection = None
        try:
            if self.idle and not again:
                connection = self.idle.pop()
            else:
                connection = Connection(self.address)
            connection.ask(due, slow)
        except OSError:
            if connection is None or not connection.reused:
                self.refused += 1
            else:
                self.send(due, slow, again=True)
            return
        if not again:
            self.lateness.append(time.perf_counter() - due)
        self.busy.add(connection)

    def receive(self, timeout: float) -> None:
        readable, _, _ = select.select(list(self.busy), [], [], timeout)
        for connection in readable:
            try:
                if connection.is_answered():
                    self.finish(connection)
            except OSError:
                self.busy.discard(connection)
                connection.socket.close()
                if connection.reused and not connection.received:
                    # The server closed while the request was on its way: no fault of either.
                    self.send(connection.due, connection.slow, again=True)
                else:
                    self.refused += 1

    def finish(self, connection: Connection) -> None:
        self.latencies[connection.slow].append(time.perf_counter() - connection.due)
        self.bad += not connection.received.startswith(b"HTTP/1.1 200")
        self.busy.discard(connection)
        if connection.stays_open():
            connection.reused = True
            self.idle.append(connection)
        else:
            connection.socket.close()


def percentile(values: list[float], share: float) -> float:
    """Milliseconds; 0 where nothing was measured."""
    if not values:
        return 0.0
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] * 1000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--rate", type=float, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--slow-every", type=int, default=0)
    arguments = parser.parse_args()
    run = Run(arguments.port, arguments.rate, arguments.seconds, arguments.slow_every)
    run.run()
    figures = {
        "fastP50": percentile(run.latencies[False], 0.5),
        "fastP99": percentile(run.latencies[False], 0.99),
        "slowP99": percentile(run.latencies[True], 0.99),
        "latenessP99": percentile(run.lateness, 0.99),
        "lost": len(run.busy) + run.refused,
        "bad": run.bad,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
