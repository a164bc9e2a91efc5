"""A router for tests: listens, lets a Slot connect, sends requests and reads frames."""

import io
import json
import marshal
import os
import shutil
import socket
import struct
import tempfile
import threading
from typing import Any, Dict, List, NamedTuple, Optional

from tsgi import frames
from tsgi.counters import Counters
from tsgi.errors import ErrorStream
from tsgi.file_wrapper import FileWrapper
from tsgi.flusher import Flusher
from tsgi.slot import Slot

LONGEST_WAIT = 10.0


class Frame(NamedTuple):
    kind: int
    flags: int
    status: int
    stream: int
    payload: bytes


class Reply(NamedTuple):
    """All frames of one response, put together."""

    status: int
    head: List[str]
    length: float
    body: bytes
    #: Flags of RESPONSE, without `last`.
    flags: int
    #: Whether it came as one frame.
    whole: bool
    broken: bool

    def header(self, name: str) -> Optional[str]:
        found = [
            line.partition(": ")[2] for line in self.head[1:] if line.lower().startswith(name.lower() + ": ")
        ]
        return ", ".join(found) if found else None


class FakeRouter:
    """One slot in a thread of its own, and this end of its connections. Close it."""

    def __init__(self, application: Any, routers: int = 1) -> None:
        self.directory = tempfile.mkdtemp()
        self.listeners = []
        for number in range(routers):
            listener = socket.socket(socket.AF_UNIX)
            listener.settimeout(LONGEST_WAIT)
            listener.bind(os.path.join(self.directory, "r%d" % number))
            listener.listen(5)
            self.listeners.append(listener)
        read, self.log_end = os.pipe()
        os.set_blocking(read, False)
        self.log_start = read
        errors = ErrorStream("worker 1", self.log_end)
        self.counters = Counters(self.directory, 1, routers)
        self.slot = Slot(
            0,
            [listener.getsockname() for listener in self.listeners],
            {"version": 1, "kind": "wsgi"},
            application,
            {
                "wsgi.version": (1, 0),
                "wsgi.errors": errors,
                "wsgi.multithread": False,
                "wsgi.multiprocess": False,
                "wsgi.run_once": False,
                "wsgi.file_wrapper": FileWrapper,
                "wsgi.input_terminated": True,
            },
            self.counters,
            errors,
        )
        self.slot.flusher = Flusher()
        self.thread = threading.Thread(target=self.slot.run, daemon=True)
        self.thread.start()
        self.peers: List[socket.socket] = []
        self.hellos: List[Dict[str, Any]] = []
        self.buffers = [b""] * routers
        for number in range(routers):
            self.accept(number)

    def accept(self, number: int = 0) -> None:
        peer, _ = self.listeners[number].accept()
        peer.settimeout(LONGEST_WAIT)
        for lost in self.peers[number : number + 1]:
            lost.close()
        self.peers[number : number + 1] = [peer]
        self.buffers[number] = b""
        self.hellos.append(json.loads(self.next_frame(number).payload.decode()))

    def close(self) -> None:
        for peer in self.peers:
            try:
                peer.sendall(frames.Header.pack(0, frames.RETIRE, 0, 0, 0))
            except OSError:
                pass
        self.thread.join(LONGEST_WAIT)
        alive = self.thread.is_alive()
        self.slot.flusher.stop()
        for open_socket in self.peers + self.listeners:
            open_socket.close()
        os.close(self.log_start)
        shutil.rmtree(self.directory)
        if alive:
            raise AssertionError("the slot did not end")

    def __enter__(self) -> "FakeRouter":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    # ---- sending

    def send(self, frame: bytes, number: int = 0) -> None:
        self.peers[number].sendall(frame)

    def ask(self, body: bytes = b"", flags: int = 0, stream: int = 1, **environ: str) -> Reply:
        self.send(request(body, flags, stream, **environ))
        return self.reply(stream)

    # ---- receiving

    def next_frame(self, number: int = 0) -> Frame:
        while True:
            buffer = self.buffers[number]
            if len(buffer) >= 12:
                length, kind, flags, status, stream = frames.Header.unpack_from(buffer)
                if len(buffer) >= 12 + length:
                    self.buffers[number] = buffer[12 + length :]
                    return Frame(kind, flags, status, stream, buffer[12 : 12 + length])
            received = self.peers[number].recv(65536)
            if not received:
                raise EOFError("the slot closed the connection")
            self.buffers[number] += received

    def reply(self, stream: int = 1, number: int = 0) -> Reply:
        first = self.next_frame(number)
        if first.kind != frames.RESPONSE or first.stream != stream:
            raise AssertionError("not the response: %r" % (first,))
        size, _, length = struct.unpack_from("<IId", first.payload)
        head = first.payload[16 : 16 + size].decode("latin-1")
        if not head.endswith("\r\n") or "\r\n\r\n" in head:
            raise AssertionError("a malformed head: %r" % head)
        body = first.payload[16 + size :]
        whole = bool(first.flags & frames.LAST)
        broken = False
        over = whole
        while not over:
            frame = self.next_frame(number)
            if frame.kind == frames.RESPONSE_BODY:
                body += frame.payload
            elif frame.kind == frames.END:
                over = True
                broken = bool(frame.flags & frames.BROKEN)
            else:
                raise AssertionError("not expected within a response: %r" % (frame,))
        flags = first.flags & ~frames.LAST
        return Reply(first.status, head.split("\r\n")[:-1], length, body, flags, whole, broken)

    def log(self) -> str:
        """What was logged so far; the worker writes before it replies."""
        try:
            return os.read(self.log_start, 1 << 20).decode("utf-8")
        except BlockingIOError:
            return ""


def request(body: bytes = b"", flags: int = 0, stream: int = 1, **environ: str) -> bytes:
    """A REQUEST frame."""
    values = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/",
        "QUERY_STRING": "",
        "REQUEST_URI": "/",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
    }
    values.update(environ)
    encoded = marshal.dumps(values, 2)
    payload = struct.pack("<I", len(encoded)) + encoded + body
    return frames.Header.pack(len(payload), frames.REQUEST, flags, 0, stream) + payload


def frame(kind: int, payload: bytes = b"", flags: int = 0, stream: int = 1) -> bytes:
    return frames.Header.pack(len(payload), kind, flags, 0, stream) + payload


def unused_file(content: bytes) -> io.BufferedReader:
    """An open file without a name."""
    file = tempfile.TemporaryFile()
    file.write(content)
    file.seek(0)
    return file  # type: ignore[return-value]
