import type { Folder } from "./start-server.ts";

/**
 * An application for tests of HTTP. It appends one line to `ran` for each run, the X-Id header or
 * the path, in one write. What it answers is said at each path below.
 */
const SOURCE = `
import hashlib, json, os, tempfile, time

FOLDER = os.path.dirname(os.path.abspath(__file__))

def record(name, text):
    fd = os.open(os.path.join(FOLDER, name), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.write(fd, text.encode("latin-1") + b"\\n")
    os.close(fd)

class Noticed:
    """Its close() is recorded."""
    def __init__(self, path, pieces):
        self.path, self.pieces = path, pieces
    def __iter__(self):
        return self.pieces
    def close(self):
        record("closed", self.path)

def pieces(size, each, pause=0.0):
    sent = 0
    while sent < size:
        count = min(each, size - sent)
        yield b"x" * count
        sent += count
        if pause:
            time.sleep(pause)

def application(environ, start_response):
    path, query = environ["PATH_INFO"], environ["QUERY_STRING"]
    body = environ["wsgi.input"]
    record("ran", environ.get("HTTP_X_ID") or path)
    plain = [("Content-Type", "text/plain")]
    def answer(text):
        start_response("200 OK", plain)
        return [text if isinstance(text, bytes) else text.encode("latin-1")]
    if path == "/environ":
        texts = {key: value for key, value in environ.items() if isinstance(value, str)}
        return answer(json.dumps(dict(texts, body=body.read().decode("latin-1"))))
    if path == "/pid":
        return answer(str(os.getpid()))
    if path == "/echo":
        return answer(body.read())
    if path == "/stream-echo":
        start_response("200 OK", plain)
        return iter(lambda: body.read(50000), b"")
    if path == "/digest":
        digest, size = hashlib.sha256(), 0
        for piece in iter(lambda: body.read(70001), b""):
            digest.update(piece)
            size += len(piece)
        return answer("%s %d %s" % (digest.hexdigest(), size, environ.get("CONTENT_LENGTH")))
    if path == "/first-byte":
        return answer(body.read(1))
    if path == "/file":
        body.read(int(query))
        file = tempfile.TemporaryFile()
        file.write(b"f" * 300000)
        file.seek(0)
        start_response("200 OK", plain)
        return environ["wsgi.file_wrapper"](file)
    if path == "/sleep":
        time.sleep(float(query))
        return answer("slept")
    if path == "/bytes":
        return answer(b"x" * int(query))
    if path == "/pieces":
        size, each, pause = query.split(",")
        start_response("200 OK", plain)
        return Noticed(path, pieces(int(size), int(each), float(pause)))
    if path == "/sized-pieces":
        size, each, pause = query.split(",")
        start_response("200 OK", plain + [("Content-Length", size)])
        return Noticed(path, pieces(int(size), int(each), float(pause)))
    if path == "/claims":
        claimed, sent, form = query.split(",")
        start_response("200 OK", plain + [("Content-Length", claimed)])
        whole = b"x" * int(sent)
        return [whole] if form == "list" else pieces(int(sent), int(sent) // 50 + 1)
    if path == "/status":
        start_response(query.replace("+", " "), plain if query[:3] not in ("204", "304") else [])
        return [] if query[:3] in ("204", "304") else [b"body"]
    if path == "/body-with-status":
        start_response(query.replace("+", " "), [])
        return [b"a body that must not be there"]
    if path == "/own-headers":
        start_response("200 OK", plain + [("Date", "Thu, 01 Jan 1970 00:00:00 GMT"), ("Server", "own")])
        return [b"own"]
    return answer("hello")
`;

export function writeProbeApp(folder: Folder): string {
  return folder.write("app.py", SOURCE);
}

/** What the application has recorded: "ran" a line each run, "closed" a line each close(). */
export function recorded(folder: Folder, name: "ran" | "closed"): readonly string[] {
  try {
    return folder.read(name).split("\n").slice(0, -1);
  } catch {
    return [];
  }
}
