import { alike, bare, never, noEffect, optional, required } from "../known-rows.ts";

/** Questions that come with uWSGI's inside, written in C, and do not arise here. */
export const internalOptions = {
  ...noEffect(
    {
      ...alike("a client that goes away is no error: it is a 499 in the access log", {
        bare: "ignore-sigpipe ignore-write-errors disable-write-exception",
      }),
      "use-abort": bare(
        "a process that crashes dies of its signal, and leaves a core file where the limits allow",
      ),
    },
    { always: true },
  ),
  ...noEffect({
    ...alike("workers do not write to clients, so there are no failed writes to count", {
      required: "write-errors-tolerance",
      bare: "write-errors-exception-only",
    }),
    "lock-engine": required("processes share no locks"),
    ftok: required("processes share no locks"),
    "persistent-ipcsem": bare("processes share no locks"),
    "max-apps": required("the number of applications is not bounded"),
    "max-vars": required("http-max-headers bounds the header lines of a request", { short: "v" }),
    "rpc-max": required("the number of registered functions is not bounded"),
    "post-buffering-bufsize": required("bodies are read as they come"),
    "body-read-warning": required("post-buffering and body-memory bound the memory for bodies"),
    "backtrace-depth": required("tsgi writes no stacks of C functions"),
    reaper: bare("Python's subprocess module waits for the processes that it started", { short: "r" }),
    "skip-zero": bare("the standard input is a listener only where fd://0 says so"),
    "no-fd-passing": bare("no descriptors are passed between running processes"),
    ksm: optional("workers share the application's memory because they are forked after its import"),
    "pcre-jit": bare("patterns are compiled by JavaScript's own engine"),
  }),
  ...never({
    async: required(
      "uWSGI's own coroutines are not taken over; use threads, gevent = N or an ASGI application",
    ),
    "fallback-config": required("a configuration that fails is reported and never replaced by another"),
    ...alike("a front server's request never chooses the application; run an instance for each host", {
      bare: "vhost vhost-host",
    }),
  }),
  ...never(
    alike("text is not put around a configuration file; use include where it belongs", {
      required: "inject-before inject-after",
    }),
    "error",
  ),
};
