/** The standard library's own WSGI server, to compare with. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

const SOURCE = `
import importlib.util, sys
from wsgiref.handlers import SimpleHandler
from wsgiref.simple_server import WSGIRequestHandler, make_server

SimpleHandler.http_version = "1.1"  # in the status line, for a strict client

class Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *args):
        pass

spec = importlib.util.spec_from_file_location("app", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
server = make_server("127.0.0.1", 0, module.application, handler_class=Quiet)
print(server.server_port, flush=True)
server.serve_forever()
`;

export async function startWsgiref(app: string): Promise<AsyncDisposable & { readonly port: number }> {
  const child = spawn("python3", ["-c", SOURCE, app], { stdio: ["ignore", "pipe", "inherit"] });
  const [port] = await once(createInterface(child.stdout), "line");
  return {
    port: Number(port),
    async [Symbol.asyncDispose]() {
      const exit = once(child, "exit");
      child.kill("SIGKILL");
      await exit;
    },
  };
}
