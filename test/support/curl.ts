/** curl, a client that is not ours: its standard output. Rejects when it fails, with what it says. */

import { execFile } from "node:child_process";
import { promisify } from "node:util";

const PATIENCE = 15;
const MOST_OUTPUT = 256 * 1024 * 1024;

export async function curl(...args: readonly string[]): Promise<string> {
  const common = ["--silent", "--show-error", "--max-time", String(PATIENCE), "--globoff"];
  const { stdout } = await promisify(execFile)("curl", [...common, ...args], {
    encoding: "latin1",
    maxBuffer: MOST_OUTPUT,
  });
  return stdout;
}
