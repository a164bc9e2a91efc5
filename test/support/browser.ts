/** A client with a cookie jar that follows redirects, as a person's browser does: for logins and sessions. */

import assert from "node:assert/strict";

const MOST_REDIRECTS = 5;
const PATIENCE = 15_000;

export class Browser {
  readonly cookies = new Map<string, string>();
  readonly #origin: string;

  constructor(origin: string) {
    this.#origin = origin;
  }

  get(path: string): Promise<Response> {
    return this.#visit(path, {});
  }

  /** As a form that stands on the page at `path`, with Django's token against forgery if there is one. */
  post(path: string, fields: Readonly<Record<string, string | File>>): Promise<Response> {
    const hasFile = Object.values(fields).some((value) => typeof value !== "string");
    const form = new FormData();
    const token = this.cookies.get("csrftoken");
    if (token !== undefined) form.set("csrfmiddlewaretoken", token);
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    const plain = () =>
      new URLSearchParams([...form].map(([name, value]): [string, string] => [name, String(value)]));
    return this.#visit(path, { method: "POST", body: hasFile ? form : plain() });
  }

  async #visit(path: string, init: RequestInit): Promise<Response> {
    let url = new URL(path, this.#origin);
    let next = init;
    for (let redirect = 0; redirect <= MOST_REDIRECTS; redirect += 1) {
      const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      const headers = { cookie, origin: this.#origin, referer: url.href };
      const signal = AbortSignal.timeout(PATIENCE);
      const response = await fetch(url, { ...next, headers, signal, redirect: "manual" });
      for (const line of response.headers.getSetCookie()) this.#keep(line);
      const location = response.headers.get("location");
      if (location === null) return response;
      await response.arrayBuffer();
      url = new URL(location, url);
      next = {};
    }
    assert.fail(`more than ${MOST_REDIRECTS} redirects from ${path}`);
  }

  #keep(line: string): void {
    const [pair = "", ...attributes] = line.split(";");
    const equals = pair.indexOf("=");
    const name = pair.slice(0, equals).trim();
    if (attributes.some((attribute) => /^\s*max-age=0$/i.test(attribute))) this.cookies.delete(name);
    else this.cookies.set(name, pair.slice(equals + 1).trim());
  }
}
