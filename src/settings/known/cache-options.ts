import { alike, bare, never, notYet, required } from "../known-rows.ts";

/** What workers share: caches, queues, locks. */
export const cacheOptions = {
  ...notYet({
    cache2: required("make a cache that all workers share: name=NAME,items=N,…"),
    cache: required("make a cache of this many items that all workers share"),
    "cache-blocksize": required("the largest item of the cache, in bytes"),
    "cache-store": required("keep the cache in this file"),
    "cache-store-sync": required("how often the cache is written to its file"),
    "cache-no-expire": bare("leave items in the cache when their time is over"),
    "cache-expire-freq": required("how often items whose time is over are removed from the cache"),
    "cache-report-freed-items": bare("log items that are removed from the cache"),
    "cache-use-last-modified": bare("remember when each item of the cache was changed"),
    "add-cache-item": required("put an item into a cache at the start: [CACHE ]KEY=VALUE"),
    "load-file-in-cache": required("put a file into a cache at the start: [CACHE ]FILE"),
    "load-file-in-cache-gzip": required("put a file into a cache at the start, compressed: [CACHE ]FILE"),
    queue: required("make a queue of this many items that all workers share"),
    "queue-blocksize": required("the largest item of the queue, in bytes"),
    "queue-store": required("keep the queue in this file"),
    "queue-store-sync": required("how often the queue is written to its file"),
    locks: required("how many locks the application can take with uwsgi.lock()"),
  }),
  ...never({
    ...alike("a cache stays on its machine; Redis or memcached serve several", {
      required: "cache-udp-server cache-udp-node cache-sync",
    }),
    sharedarea: required("raw memory is left to Python's multiprocessing.shared_memory", { short: "A" }),
  }),
};
