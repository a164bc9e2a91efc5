import { type Answer, type GunicornSetting, hook, kind, never, refused, setting } from "../setting.ts";
import { callable } from "../value-kinds.ts";
import { PROXY_ENDS_TLS } from "./protocol-settings.ts";

/** Functions of the configuration file that are called on an occasion. */
export const hookSettings: Readonly<Record<string, GunicornSetting>> = {
  on_starting: called("before anything else", hook()),
  on_reload: called("when the configuration is read again", hook()),
  when_ready: called("when the server listens", hook()),
  pre_fork: called("before a worker is forked", hook()),
  post_fork: called("in each worker after the fork", hook()),
  post_worker_init: called("in each worker that has the application", hook()),
  worker_int: called("in a worker that is interrupted", hook()),
  worker_abort: called("in a worker that hangs", hook()),
  pre_exec: called("when SIGUSR2 starts another tsgi", hook()),
  pre_request: called("before each request", hook()),
  post_request: called("after each request", hook()),
  child_exit: called("in the master when a worker has ended", hook()),
  worker_exit: called("in a worker that ends", hook()),
  nworkers_changed: called("when the number of workers changes", hook()),
  on_exit: called("at the end of the server", hook()),
  ssl_context: called("to set up TLS", refused(PROXY_ENDS_TLS)),
  on_dirty_starting: called("before the dirty workers start", withoutDirty()),
  dirty_post_fork: called("in each dirty worker", withoutDirty()),
  dirty_worker_init: called("in each dirty worker that has its application", withoutDirty()),
  dirty_worker_exit: called("in a dirty worker that ends", withoutDirty()),
};

function called(occasion: string, answer: Answer): GunicornSetting {
  return setting(`a function that is called ${occasion}`, kind(callable(), null), answer);
}

function withoutDirty(): Answer {
  return never("tsgi has no dirty workers");
}
