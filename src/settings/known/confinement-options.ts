import { alike, bare, never, noEffect, notYet, required } from "../known-rows.ts";

/** How processes are confined, where their sockets come from, and what loop runs in them. */
export const confinementOptions = {
  ...never(
    {
      ...alike("tsgi makes no namespaces; start it in a container, or by systemd with RootDirectory=", {
        required: "namespace ns",
      }),
      ...alike("tsgi makes no namespaces; start it by unshare(1), or by systemd with PrivateNetwork=", {
        required: "namespace-net ns-net",
      }),
      ...alike("tsgi makes no control groups; let systemd set the limits (MemoryMax=, CPUQuota=)", {
        required: "cgroup cgroup-opt",
      }),
    },
    "error",
  ),
  ...never({
    "namespace-keep-mount": required("tsgi makes no namespaces, in which mounts could be kept"),
    "cgroup-dir-mode": required("tsgi makes no control groups"),
  }),
  ...notYet({
    "file-write": required("write a file before the privileges are dropped: FILE=CONTENT"),
    mode: required("a word that the application reads as uwsgi.mode"),
    loop: required("run requests in this loop; for gevent, the option gevent is enough"),
  }),
  ...noEffect(
    {
      "close-on-exec": bare("workers hold no client's connection that a program could inherit"),
      "close-on-exec2": bare("workers hold no listening socket that a program could inherit"),
    },
    { always: true },
  ),
  ...noEffect({ clock: required("the time is always the system's") }),
  ...noEffect(
    alike("it only says how async switches between requests", {
      bare: "greenlet stackless ugreen",
      required: "ugreen-stacksize",
    }),
  ),
  ...never(
    alike("Node.js cannot switch TCP Fast Open on; new connections take one round trip more", {
      required: "tcp-fast-open tcp-fastopen",
      bare: "tcp-fast-open-client tcp-fastopen-client",
    }),
  ),
  ...never(
    alike("tsgi takes no sockets over from another instance; name the address itself, with http or socket", {
      required: "zerg http-zerg zergpool zerg-pool",
    }),
    "error",
  ),
  ...never({
    "zerg-server": required("tsgi hands its sockets to no other instance; give this one more processes"),
    "zerg-fallback": bare(
      "there is no zerg server to fall back from; the configuration's own sockets are always used",
    ),
  }),
  ...never(
    alike("a worker always runs the Python application; let the init system start other programs", {
      required: "worker-exec worker-exec2",
    }),
    "error",
  ),
};
