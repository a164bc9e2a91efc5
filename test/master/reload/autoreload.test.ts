import assert from "node:assert/strict";
import { test } from "node:test";
import type { Equipment } from "../../../src/master/equipment.ts";
import { EventQueue } from "../../../src/master/event-queue.ts";
import type { Instance } from "../../../src/master/instance.ts";
import { Autoreload } from "../../../src/master/reload/autoreload.ts";
import type { Reloads } from "../../../src/master/reload/reloads.ts";
import { readSettings } from "../../../src/settings/read-settings.ts";
import { fileConfiguration } from "../../support/file-configuration.ts";
import { Folder } from "../../support/start-server.ts";

/** Of the master only what an Autoreload uses. The time is what the test says it is. */
class Scene implements Disposable {
  readonly #folder = new Folder();
  isHeld = false;
  isBusy = false;
  readonly requests: string[] = [];
  readonly lines: string[] = [];
  readonly autoreload: Autoreload;

  constructor() {
    const lines = ["py-autoreload = 1", "module = app", `chdir = ${this.#folder.path}`];
    const reading = readSettings(fileConfiguration(lines));
    assert.equal(reading.kind, "settings");
    const generation = { number: 1, settings: reading.kind === "settings" ? reading.settings : null };
    const hold = (isHeld: boolean) => {
      this.isHeld = isHeld;
    };
    const log = { event: (text: string) => this.lines.push(text) };
    const isBusy = () => this.isBusy;
    const reloads = {
      get isBusy() {
        return isBusy();
      },
      request: (_command: string, cause: string) => {
        this.isBusy = true;
        this.requests.push(cause);
      },
    };
    // Stand-ins: the real ones are processes.
    this.autoreload = new Autoreload({ generation, hold } as unknown as Instance, {
      equipment: { log, queue: new EventQueue() } as unknown as Equipment,
      reloads: reloads as unknown as Reloads,
    });
  }

  change(now: number): void {
    this.autoreload.takeChange("/site/a.py", now);
  }

  [Symbol.dispose](): void {
    this.autoreload.stop();
    this.#folder[Symbol.dispose]();
  }
}

const START = 1_000_000;

test("Autoreload holds requests from the first change until no reload is on its way", () => {
  using scene = new Scene();
  scene.change(START);
  assert.ok(scene.isHeld);
  scene.autoreload.goOn(START + 99);
  assert.deepEqual(scene.requests, []);
  assert.deepEqual(scene.autoreload.waits(START + 99), [1, 59_901]);
  scene.change(START + 99);
  scene.autoreload.goOn(START + 150);
  assert.deepEqual(scene.requests, []);
  scene.autoreload.goOn(START + 199);
  assert.deepEqual(scene.requests, ["py-autoreload (/site/a.py)"]);
  scene.autoreload.goOn(START + 500);
  assert.ok(scene.isHeld);
  scene.isBusy = false;
  scene.autoreload.goOn(START + 501);
  assert.ok(!scene.isHeld);
  assert.deepEqual(scene.autoreload.waits(START + 501), []);
});

test("Autoreload does not wait for a program that goes on writing", () => {
  using scene = new Scene();
  for (let time = START; time <= START + 990; time += 30) {
    scene.change(time);
    scene.autoreload.goOn(time);
    assert.equal(scene.requests.length, 0);
  }
  scene.autoreload.goOn(START + 1000);
  assert.equal(scene.requests.length, 1);
});

test("Autoreload lets requests go after a minute, and a program that writes holds none again", () => {
  using scene = new Scene();
  scene.change(START);
  scene.autoreload.goOn(START + 100);
  scene.autoreload.goOn(START + 59_999);
  assert.ok(scene.isHeld);
  scene.change(START + 59_999);
  scene.autoreload.goOn(START + 60_000);
  assert.ok(!scene.isHeld);
  assert.match(scene.lines.join(), /the new code does not serve after 60 s/);
  scene.change(START + 64_000);
  assert.ok(!scene.isHeld);
  scene.autoreload.goOn(START + 64_100);
  // Somebody saves what may be the remedy.
  scene.change(START + 70_000);
  assert.ok(scene.isHeld);
  scene.isBusy = false;
  scene.autoreload.goOn(START + 70_100);
  assert.equal(scene.requests.length, 3);
});
