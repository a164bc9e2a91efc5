import { bare, never, noEffect, notYet, required } from "../known-rows.ts";

/** When a worker is replaced, and what it may use up. */
export const recyclingOptions = {
  ...notYet({
    "exception-handler": required("hand each exception of the application to this handler"),
    "memory-report": bare("add the worker's memory to each line of the access log", { short: "m" }),
  }),
  ...never({
    "never-swap": bare("no memory is locked; let systemd do it with MemorySwapMax=0"),
    profiler: required("uWSGI's profilers are part of its C code; py-spy looks into a running worker"),
    "skip-atexit": bare("a worker always ends as Python does, with its atexit functions"),
    "skip-atexit-teardown": bare("a worker always ends as Python does, with its interpreter torn down"),
    "catch-exceptions": bare("a traceback is for the log and never shown to a client"),
    "upload-progress": required("no progress files are written; browsers report the progress of an upload"),
  }),
  ...noEffect({
    "harakiri-no-arh": bare("nothing of tsgi runs in a worker after a request", {
      aliases: ["no-harakiri-arh", "no-harakiri-after-req-hook"],
    }),
    "no-threads-wait": bare("threads are never cancelled: a worker that leaves first finishes its requests"),
  }),
};
