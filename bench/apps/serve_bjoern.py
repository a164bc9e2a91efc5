"""Bjoern has no command and one process: bind once, fork the rest, let each run its loop."""

from __future__ import annotations

import importlib
import os
import sys

import bjoern


def main(module: str, port: int, processes: int) -> None:
    application = importlib.import_module(module).application
    bjoern.listen(application, "127.0.0.1", port)
    for _ in range(processes - 1):
        if os.fork() == 0:
            break
    bjoern.run()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
