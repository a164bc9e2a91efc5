import { readFileSync } from "node:fs";

/** package.json stands two folders above both src/cli/ and dist/cli/. */
export function tsgiVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  const isManifest = typeof manifest === "object" && manifest !== null && "version" in manifest;
  return isManifest ? String(manifest.version) : "unknown";
}
