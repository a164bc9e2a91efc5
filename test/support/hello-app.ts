import type { Folder } from "./start-server.ts";

/**
 * An application for tests of the processes: answers with the pid of its worker; /env?NAME with a variable;
 * /sleep?0.5 takes that many seconds first; /exit?3 ends the worker at once.
 */
const SOURCE = `
import atexit, os, time

def application(environ, start_response):
    path, query = environ["PATH_INFO"], environ["QUERY_STRING"]
    body = str(os.getpid())
    if path == "/sleep":
        print("sleeping in " + body + "\\n", end="")
        time.sleep(float(query))
    elif path == "/env":
        body = os.environ.get(query, "")
    elif path == "/exit":
        os._exit(int(query))
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [body.encode()]
`;

export function writeHelloApp(folder: Folder, { more = "" }: { more?: string } = {}): string {
  return folder.write("app.py", SOURCE + more);
}
