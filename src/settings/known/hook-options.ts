import { hookRisk } from "../hook-risk.ts";
import { alike, never, notYet, required } from "../known-rows.ts";

/** Actions and commands at the stages of a start, a reload and a stop. */
export const hookOptions = {
  ...notYet(
    {
      "hook-asap": required("do this first of all"),
      "hook-pre-jail": required("do this before the root directory or the namespaces change"),
      "hook-post-jail": required("do this after the root directory or the namespaces have changed"),
      "hook-in-jail": required("do this inside the jail, once it is complete"),
      "hook-as-root": required("do this while the rights of root are still there"),
      "hook-as-user": required("do this once the rights of root are given up"),
      "hook-as-user-atexit": required("do this before the instance stops or reloads"),
      "hook-pre-app": required("do this before the application is loaded"),
      "hook-post-app": required("do this after the application is loaded"),
      "hook-post-fork": required("do this in each process that was forked"),
      "hook-accepting": required("do this in each worker when it takes requests"),
      "hook-accepting1": required("do this when the first worker takes requests"),
      "hook-accepting-once": required(
        "do this in each worker when it takes requests, not again after a reload",
      ),
      "hook-accepting1-once": required(
        "do this when the first worker takes requests, not again after a reload",
      ),
      "hook-master-start": required("do this when the master starts"),
      "hook-touch": required("do this when a file is touched: FILE ACTION"),
      "hook-emperor-start": required("do this when the emperor starts"),
      "hook-emperor-stop": required("do this when the emperor tells the instance to stop"),
      "hook-emperor-reload": required("do this when the emperor tells the instance to reload"),
      "hook-emperor-lost": required("do this when the emperor has gone"),
      "hook-as-vassal": required("do this in an instance before its program starts"),
      "hook-as-emperor": required("do this in the emperor when an instance has started"),
      "hook-as-mule": required("do this in each mule"),
      "hook-as-gateway": required("do this in each router"),
    },
    { risk: hookRisk },
  ),
  ...notYet({
    "exec-asap": required("run this command first of all"),
    "exec-pre-jail": required("run this command before the root directory or the namespaces change"),
    "exec-post-jail": required("run this command after the root directory or the namespaces have changed"),
    "exec-in-jail": required("run this command inside the jail, once it is complete"),
    "exec-as-root": required("run this command while the rights of root are still there"),
    "exec-as-user": required("run this command once the rights of root are given up"),
    "exec-as-user-atexit": required("run this command before the instance stops or reloads"),
    "exec-pre-app": required("run this command before the application is loaded"),
    "exec-post-app": required("run this command after the application is loaded"),
    "exec-as-vassal": required("run this command in an instance before its program starts"),
    "exec-as-emperor": required("run this command in the emperor when an instance has started"),
    binsh: required("the shell that runs the commands of hooks"),
    "wait-for-interface": required("wait until this network interface is up", {
      aliases: ["wait-interface", "wait-for-iface", "wait-iface"],
    }),
    "wait-for-interface-timeout": required("how long wait-for-interface waits", {
      aliases: ["wait-interface-timeout", "wait-for-iface-timeout", "wait-iface-timeout"],
    }),
    "wait-for-fs": required("wait until this file or directory exists"),
    "wait-for-file": required("wait until this file exists"),
    "wait-for-dir": required("wait until this directory exists"),
    "wait-for-mountpoint": required("wait until a file system is mounted here"),
    "wait-for-fs-timeout": required("how long the start waits for files, directories and file systems"),
    "wait-for-socket": required(
      "wait until something listens on this address before the application is loaded",
    ),
    "wait-for-socket-timeout": required("how long wait-for-socket waits"),
  }),
  ...never({
    ...alike("it calls a C function in uWSGI's program; an exec hook runs a command at the same stage", {
      required: `call-asap call-pre-jail call-post-jail call-in-jail call-as-root call-as-user
        call-as-user-atexit call-pre-app call-post-app call-as-vassal call-as-vassal1 call-as-vassal3
        call-as-emperor call-as-emperor1 call-as-emperor2 call-as-emperor4`,
    }),
    "after-request-hook": required(
      "it calls a C function after each request; a WSGI middleware can do so around the application",
      { aliases: ["after-request-call"] },
    ),
  }),
  ...never(
    alike(
      "tsgi mounts and unmounts nothing; let the system do it, as systemd with BindPaths= and InaccessiblePaths=",
      {
        required: `mount-asap mount-pre-jail mount-post-jail mount-in-jail mount-as-root mount-as-vassal
          mount-as-emperor umount-asap umount-pre-jail umount-post-jail umount-in-jail umount-as-root
          umount-as-vassal umount-as-emperor`,
      },
    ),
    "error",
  ),
};
