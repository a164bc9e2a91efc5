"""What may have been meant where no application is found: lines for a failure's details."""

import os
import re
import sys
from typing import List

MODULE_NAME = re.compile(r"\w+(\.\w+)*\Z")


def suggest_target(module: str) -> List[str]:
    """For what is no module: Django's setting writes shop.wsgi.application, others write app.py."""
    parent, _, name = module.rpartition(".")
    if hasattr(sys.modules.get(parent), name):
        return [f"Did you mean {parent}:{name}? A colon stands before the name of the callable."]
    if name == "py":
        return [f"If it is a file, name it with wsgi-file: wsgi-file = {module}"]
    return []


def suggest_module(file: str) -> List[str]:
    if MODULE_NAME.match(file) and not file.endswith(".py"):
        return [f"If it is a module, name it with module: module = {file}"]
    return []


def suggest_files(path: str) -> List[str]:
    directory = os.path.dirname(path)
    try:
        entries = sorted(os.listdir(directory))
    except OSError:
        return [f"There is no directory {directory} either."]
    found = [entry for entry in entries if entry.endswith((".py", ".wsgi"))]
    if not found:
        return [f"There are no Python files in {directory}."]
    return ["Python files in {}: {}".format(directory, ", ".join(found[:20]))]
