/** What `marshal.loads` of each Python of this machine makes of bytes. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { interpreters } from "../support/pythons.ts";

const PROGRAM = `
import base64, json, marshal, sys

def is_interned(key):
    return sys.intern("".join(list(key))) is key

loaded = [marshal.loads(base64.b64decode(text)) for text in json.load(sys.stdin)]
interned = [sorted(key for key in each if is_interned(key)) if isinstance(each, dict) else [] for each in loaded]
json.dump({"loaded": loaded, "interned": interned}, sys.stdout)
`;

export interface Loaded {
  readonly version: string;
  readonly loaded: readonly unknown[];
  /** Of each dict the keys that Python will keep for ever. */
  readonly interned: readonly (readonly string[])[];
}

/** One process for each Python, however many values there are. */
export function loadInPythons(values: readonly Buffer[]): readonly Loaded[] {
  const pythons = interpreters();
  assert.ok(pythons.length > 0, "no Python was found");
  const input = JSON.stringify(values.map((value) => value.toString("base64")));
  return pythons.map(({ version, path }) => {
    const run = spawnSync(path, ["-I", "-c", PROGRAM], {
      input,
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
    });
    assert.equal(run.status, 0, `Python ${version}: ${run.stderr}`);
    return { version, ...(JSON.parse(run.stdout) as Omit<Loaded, "version">) };
  });
}
