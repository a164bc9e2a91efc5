import { alike, bare, never, noEffect, required } from "../known-rows.ts";

/** What the processes may do and see. To ignore one of these would leave them more than was meant. */
export const privilegeOptions = {
  ...never(
    {
      chroot: required(
        "Node.js cannot change its root; start tsgi in a container, by chroot(8) with Node and Python inside, or by systemd with RootDirectory=",
      ),
      cap: required(
        "Node.js can neither keep nor give up single capabilities; give uid for none, and by systemd with AmbientCapabilities= or by setpriv(1) those that must stay",
      ),
      "pivot-root": required("tsgi does not exchange the root directory; run it in a container", {
        aliases: ["pivot_root"],
      }),
      unshare: required(
        "tsgi makes no namespaces; start it by unshare(1), or by systemd with PrivateTmp=, PrivateNetwork=",
      ),
      unshare2: required(
        "tsgi makes no namespaces; start it by unshare(1), or by systemd with PrivateTmp=, PrivateNetwork=",
      ),
      setns: required(
        "tsgi joins no namespaces; start it by nsenter(1), or by systemd with JoinsNamespaceOf=",
      ),
      ...alike("tsgi makes no FreeBSD jails; start it inside of one, with jail(8) or jexec(8)", {
        required: "jail jail-ip4 jail-ip6 jail2 libjail jail-attach",
      }),
      jidfile: required("tsgi makes no FreeBSD jails; start it inside of one, with jail(8) or jexec(8)", {
        aliases: ["jid-file"],
      }),
      ...alike("tsgi starts no other program in its place; name that program where tsgi is started", {
        required: `privileged-binary-patch unprivileged-binary-patch privileged-binary-patch-arg
          unprivileged-binary-patch-arg`,
      }),
    },
    "error",
  ),
  ...never({
    "setns-socket": required("tsgi hands out no namespaces; nsenter(1) joins those of a running process"),
    "setns-socket-skip": required("tsgi hands out no namespaces", { aliases: ["setns-skip"] }),
    "setns-preopen": bare("tsgi hands out no namespaces"),
    jailed: bare("tsgi makes no jails, and has no hooks after one"),
    ...alike(
      "rights are given up before any code of the application runs; let that user read what it needs",
      {
        bare: "drop-after-init drop-after-apps",
      },
    ),
  }),
  ...noEffect({
    refork: bare("workers are forked once the rights of root are given up", { aliases: ["re-fork"] }),
    "refork-as-root": bare("tsgi makes no jails that would need another process", {
      aliases: ["re-fork-as-root"],
    }),
    "refork-post-jail": bare("tsgi makes no jails that would need another process", {
      aliases: ["re-fork-post-jail"],
    }),
  }),
};
