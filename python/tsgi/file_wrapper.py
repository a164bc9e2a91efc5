"""wsgi.file_wrapper: names a file that the router can send by itself, and streams any other."""

import io
import os
import stat
from typing import Any, NamedTuple, Optional


class FileWrapper:
    """PEP 3333 §Optional Platform-Specific File Handling: an iterable over blocks of a file-like object."""

    def __init__(self, filelike: Any, blksize: int = 8192) -> None:
        self.filelike = filelike
        self.blksize = blksize

    def __iter__(self) -> "FileWrapper":
        return self

    def __next__(self) -> bytes:
        block: bytes = self.filelike.read(self.blksize)
        if block:
            return block
        raise StopIteration

    def close(self) -> None:
        # Looked up now: Django hangs its own close() on the file after this object was made.
        close = getattr(self.filelike, "close", None)
        if close is not None:
            close()


class FileRange(NamedTuple):
    """What is left of an open regular file."""

    descriptor: int
    offset: int
    length: int


def locate(wrapper: FileWrapper) -> Optional[FileRange]:
    """The rest of the wrapped file, or None where only read() tells what the application means.

    Only the standard library's own binary files count: a GzipFile has the descriptor of the
    compressed file, a text file another idea of its position.
    """
    filelike = wrapper.filelike
    if type(filelike).__name__ == "_TemporaryFileWrapper":
        filelike = getattr(filelike, "file", filelike)
    if type(filelike) in (io.BufferedReader, io.BufferedRandom):
        if type(filelike.raw) is not io.FileIO:
            return None
    elif type(filelike) is not io.FileIO:
        return None
    try:
        if not filelike.readable():
            return None
        if type(filelike) is io.BufferedRandom:
            filelike.flush()
        descriptor = filelike.fileno()
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return None
        offset = filelike.tell()
    except (OSError, ValueError):
        return None
    # Files below /proc say that they are empty.
    if status.st_size == 0:
        return None
    return FileRange(descriptor, offset, max(0, status.st_size - offset))
