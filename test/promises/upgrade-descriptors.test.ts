import assert from "node:assert/strict";
import { readdirSync, readlinkSync } from "node:fs";
import { test } from "node:test";
import { writeHelloApp } from "../support/hello-app.ts";
import { Folder, startServer, until } from "../support/start-server.ts";

test("an upgrade leaves no descriptor of the log that nobody would open anew", async () => {
  using folder = new Folder();
  const log = folder.write("log", "");
  const args = ["--logto", log, "--pidfile", folder.file("pid"), writeHelloApp(folder)];
  await using server = await startServer(args, { withoutWaiting: true });
  await until(
    "it to serve",
    () => /^listening on/m.test(folder.read("log")),
    () => folder.read("log"),
  );
  server.kill("SIGUSR2");
  await until(
    "the upgrade",
    () => /took over/.test(folder.read("log")),
    () => folder.read("log"),
  );
  await server.exit;
  const successor = Number(folder.read("pid"));
  const held = filesOf(successor).filter((path) => path === log);
  assert.equal(held.length, 2, "its own, and the standard error, which is opened anew with it");
  process.kill(successor, "SIGTERM");
  await server.untilGone();
});

function filesOf(pid: number): readonly string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
    } catch {
      return [];
    }
  });
}
