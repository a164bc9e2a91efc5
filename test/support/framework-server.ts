/** The two ways in which every framework is tested, and where its packages are. */

import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
export const HOME = `${ROOT}.venv`;

export const ways: Readonly<Record<string, readonly string[]>> = {
  "one process": [],
  "two processes of two threads, each with its own import": [
    "--processes",
    "2",
    "--threads",
    "2",
    "--lazy-apps",
  ],
};

export function example(path: string): string {
  return `${ROOT}examples/${path}`;
}
