"""What Gunicorn's files define, all in one process: JSON in, JSON out. The machine has four processors."""

import json
import multiprocessing
import os
import sys

from tsgi.gunicorn_file import execute
from tsgi.gunicorn_values import describe
from tsgi.loader import LoadFailure


def read(case, names):
    os.chdir(case["folder"])
    os.environ.clear()
    os.environ.update(case["environment"])
    sys.path[:] = [place for place in paths if place != ""]
    for name in set(sys.modules) - modules:
        del sys.modules[name]
    try:
        return describe(execute(case["file"], case["module"]), names)
    except LoadFailure as failure:
        return {"failure": failure.message}


multiprocessing.cpu_count = lambda: 4
paths, modules = list(sys.path), set(sys.modules)
question = json.load(sys.stdin)
json.dump([read(case, question["names"]) for case in question["cases"]], sys.stdout)
