/** A machine that is always the same, on which a folder of the tests is the working directory /srv/site. */

import { globSync } from "node:fs";
import { surroundingsOf } from "../../src/cli/surroundings.ts";
import type { Surroundings } from "../../src/config/surroundings.ts";

export const SITE = "/srv/site";

export function settledSurroundings(
  folder: string,
  environment: Readonly<Record<string, string>>,
): Surroundings {
  const real = surroundingsOf("1.0.0");
  const toReal = (path: string) =>
    path.startsWith("/") ? path.replace(/^\/srv\/site(?=\/|$)/, folder) : `${folder}/${path}`;
  const toSite = (path: string) => path.replace(folder, SITE);
  return {
    ...real,
    workingDirectory: SITE,
    environment: { HOME: "/home/me", ...environment },
    hostname: "web-1",
    cores: 4,
    user: { id: 1000, name: "me" },
    group: { id: 1000, name: "me" },
    startTime: 1_800_000_000_000_000,
    binaryPath: "/usr/bin/tsgi",
    readText: (path) => real.readText(toReal(path)),
    kindOf: (path) => real.kindOf(toReal(path)),
    isReadable: (path) => real.isReadable(toReal(path)),
    realPath: (path) => {
      const found = real.realPath(toReal(path));
      return found === null ? null : toSite(found);
    },
    inode: () => 4711,
    list: (directory) => real.list(toReal(directory)),
    glob: (pattern) => globIn(pattern, { folder, toReal, toSite }),
    resolveHost: async (host) => (host === "localhost" ? "127.0.0.1" : null),
  };
}

interface Mapping {
  readonly folder: string;
  toReal(path: string): string;
  toSite(path: string): string;
}

/** As the pattern is written: what is relative stays so. */
function globIn(pattern: string, { folder, toReal, toSite }: Mapping): readonly string[] {
  const found = globSync(toReal(pattern)).sort();
  return found.map((path) => (pattern.startsWith("/") ? toSite(path) : path.slice(folder.length + 1)));
}
