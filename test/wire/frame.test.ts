import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  FLAG,
  FRAME,
  FRAME_HEADER,
  MAX_FRAME,
  RESPONSE_PREFIX,
  writeFrameHeader,
} from "../../src/wire/frame.ts";
import { type Interpreter, interpreters } from "../support/pythons.ts";

const PACKAGE = fileURLToPath(new URL("../../python", import.meta.url));

/** frames.py by itself: the package around it may need more than this test wants to know. */
const PROGRAM = `
import importlib.util, json, struct, sys

spec = importlib.util.spec_from_file_location("frames", sys.argv[1] + "/tsgi/frames.py")
frames = importlib.util.module_from_spec(spec)
spec.loader.exec_module(frames)
constants = {name: value for name, value in vars(frames).items() if type(value) is int}
sizes = {name: value.size for name, value in vars(frames).items() if type(value) is struct.Struct}
header = frames.Header.pack(0x01020304, frames.RESPONSE, frames.LAST | frames.CLOSE, 0, 0xfffefdfc).hex()
json.dump({"constants": constants, "sizes": sizes, "header": header}, sys.stdout)
`;

interface Mirror {
  readonly constants: Readonly<Record<string, number>>;
  readonly sizes: Readonly<Record<string, number>>;
  readonly header: string;
}

const PYTHON = interpreters()[0];

test("the table in frame.ts and its mirror in frames.py agree", () => {
  assert.deepEqual(sorted(mirror().constants), sorted(expected()));
});

test("a frame's header has the same layout on both sides", () => {
  const { sizes, header } = mirror();
  assert.equal(sizes["Header"], FRAME_HEADER);
  assert.equal(sizes["ResponseHeader"], FRAME_HEADER + RESPONSE_PREFIX);
  assert.equal(sizes["FileFrame"], FRAME_HEADER + 4 + 8 + 8);
  assert.equal(sizes["EndFrame"], FRAME_HEADER + 4);
  const out = Buffer.alloc(FRAME_HEADER + 6, 0xaa);
  const frame = {
    length: 0x01020304,
    type: FRAME.response,
    flags: FLAG.last | FLAG.close,
    stream: 0xfffefdfc,
  };
  writeFrameHeader(out, 3, frame);
  assert.equal(out.toString("hex"), `aaaaaa${header}aaaaaa`);
});

test("no two frames have one type, and no two flags of a frame one bit", () => {
  const types = Object.values(FRAME);
  assert.equal(new Set(types).size, types.length);
  const together = [
    [FLAG.moreBody, FLAG.hold],
    [FLAG.last, FLAG.aborted],
    [FLAG.last, FLAG.hasDate, FLAG.hasServer, FLAG.close],
    [FLAG.last, FLAG.broken],
  ];
  for (const flags of together) {
    const all = flags.reduce((sum, flag) => sum + flag, 0);
    assert.equal(
      flags.reduce((bits, flag) => bits | flag, 0),
      all,
    );
  }
});

function mirror(): Mirror {
  const { path } = PYTHON as Interpreter;
  const run = spawnSync(path, ["-I", "-B", "-c", PROGRAM, PACKAGE], { encoding: "utf8" });
  assert.equal(run.status, 0, run.stderr);
  return JSON.parse(run.stdout) as Mirror;
}

/** The names that frames.py must have: those of frame.ts as Python writes them. */
function expected(): Record<string, number> {
  const constants: Record<string, number> = { FRAME_HEADER, MAX_FRAME, RESPONSE_PREFIX };
  for (const [name, type] of Object.entries(FRAME)) constants[pythonName(name)] = type;
  for (const [name, flag] of Object.entries(FLAG)) {
    constants[name === "busy" ? "IS_BUSY" : pythonName(name)] = flag; // BUSY is the frame
  }
  return constants;
}

function pythonName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

function sorted(constants: Readonly<Record<string, number>>): readonly (readonly [string, number])[] {
  return Object.entries(constants).sort(([left], [right]) => (left < right ? -1 : 1));
}
