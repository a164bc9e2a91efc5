/**
 * Debian's nginx in front of a server: one Unix socket for each way to pass requests on.
 *
 *   await using nginx = await startNginx({ uwsgi: "include /etc/nginx/uwsgi_params; uwsgi_pass 127.0.0.1:3031;" });
 *   await askThrough(nginx.socket("uwsgi"), { path: "/x" });
 */

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import { Folder, until } from "./start-server.ts";

export const NGINX = "/usr/sbin/nginx";
export const hasNginx = existsSync(NGINX);

export class Nginx implements AsyncDisposable {
  readonly #folder = new Folder();
  readonly #child: ChildProcess;
  readonly #gone: Promise<unknown>;
  #output = "";
  #hasEnded = false;

  /** `locations`: by name, what stands in `location / { … }`. `more`: beside the servers. */
  constructor(locations: Readonly<Record<string, string>>, more: string) {
    const servers = Object.entries(locations).map(
      ([name, text]) => `server { listen unix:${this.socket(name)}; location / { ${text} } }`,
    );
    const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
      (name) => `${name}_temp_path ${this.#folder.file(name)};`,
    );
    const conf = [
      `pid ${this.#folder.file("pid")}; error_log stderr info; worker_processes 1; daemon off;`,
      // As the user of the test: its folder is nobody else's.
      process.getuid?.() === 0 ? "user root;" : "",
      "events { worker_connections 512; }",
      `http { access_log off; client_max_body_size 0; ${paths.join(" ")} ${more}`,
      ...servers,
      "}",
    ];
    const path = this.#folder.write("nginx.conf", conf.join("\n"));
    this.#child = spawn(NGINX, ["-p", this.#folder.path, "-c", path, "-e", "stderr"], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#gone = new Promise((resolve) => this.#child.once("close", resolve));
    void this.#gone.then(() => {
      this.#hasEnded = true;
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#output += text;
    });
  }

  /** Its error log. */
  get log(): string {
    return this.#output;
  }

  socket(name: string): string {
    return this.#folder.file(`${name}.sock`);
  }

  async untilServing(names: readonly string[]): Promise<void> {
    const isThere = () =>
      names.every((name) => existsSync(this.socket(name))) && existsSync(this.#folder.file("pid"));
    await until(
      "nginx",
      () => isThere() || this.#hasEnded,
      () => this.log,
    );
    if (this.#hasEnded) throw new Error(`nginx has ended:\n${this.log}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#gone;
    this.#folder[Symbol.dispose]();
  }
}

export async function startNginx(locations: Readonly<Record<string, string>>, more = ""): Promise<Nginx> {
  const nginx = new Nginx(locations, more);
  try {
    await nginx.untilServing(Object.keys(locations));
    return nginx;
  } catch (error) {
    await nginx[Symbol.asyncDispose]();
    throw error;
  }
}

export interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Pieces are sent in chunks, without a length. */
  readonly body?: Buffer | readonly Buffer[];
}

export interface Got {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** One request over a connection of its own: to a Unix socket, or a port of this machine. */
export async function askThrough(where: string | number, asked: Asked = {}): Promise<Got> {
  const response = await openThrough(where, asked);
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer); // no encoding is set
  return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) };
}

/** The response as soon as its head is there. */
export function openThrough(where: string | number, asked: Asked = {}): Promise<IncomingMessage> {
  const { path = "/", body, headers } = asked;
  const method = asked.method ?? (body === undefined ? "GET" : "POST");
  const target = typeof where === "number" ? { host: "127.0.0.1", port: where } : { socketPath: where };
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const length = Buffer.isBuffer(body) ? { "content-length": String(body.length) } : {};
  const outgoing = request({
    ...{ ...target, method, path, agent: false },
    headers: { host: "site.example", ...length, ...headers },
  });
  outgoing.once("response", resolve);
  outgoing.once("error", reject);
  for (const part of Buffer.isBuffer(body) ? [body] : (body ?? [])) outgoing.write(part);
  outgoing.end();
  return promise;
}
