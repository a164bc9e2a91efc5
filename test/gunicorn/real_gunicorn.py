"""What the real Gunicorn makes of command lines, environments and files: the measure for ours.

Reads a JSON list of {"argv": [...], "environment": {...}, "file": TEXT or null} and writes a list of
{"application": ..., "values": {...}} or {"error": ...}. Each case has a process, since Gunicorn reads the
environment when it is imported, and a folder of its own.
"""

import contextlib
import io
import json
import os
import sys
import tempfile


def read(case: dict) -> dict:
    os.environ.update(case["environment"])
    if case["file"] is not None:
        with open("gunicorn.conf.py", "w", encoding="utf-8") as file:
            file.write(case["file"])
    sys.argv = ["gunicorn", *case["argv"]]
    words = io.StringIO()
    try:
        with contextlib.redirect_stdout(words), contextlib.redirect_stderr(words):
            from gunicorn.app.wsgiapp import WSGIApplication

            application = WSGIApplication("%(prog)s [OPTIONS] [APP_MODULE]", prog="gunicorn")
    except SystemExit:
        return {"error": words.getvalue()}
    settings = application.cfg.settings.items()
    return {"application": application.app_uri, "values": {name: plain(one.get()) for name, one in settings}}


def plain(value: object) -> object:
    if value is None or isinstance(value, (bool, int, str, list, dict)):
        return value
    return {"$repr": repr(value)}


def in_own_process(case: dict) -> dict:
    reader, writer = os.pipe()
    with tempfile.TemporaryDirectory() as folder:
        pid = os.fork()
        if pid == 0:
            os.chdir(folder)
            answer = json.dumps(read(case))
            os.write(writer, answer.encode())
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader, encoding="utf-8") as answers:
            text = answers.read()
        os.waitpid(pid, 0)
    return json.loads(text)


if __name__ == "__main__":
    for variable in ("PORT", "WEB_CONCURRENCY", "FORWARDED_ALLOW_IPS", "GUNICORN_CMD_ARGS"):
        os.environ.pop(variable, None)
    json.dump([in_own_process(case) for case in json.load(sys.stdin)], sys.stdout)
