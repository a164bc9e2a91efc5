import { hookRisk } from "../hook-risk.ts";
import { alike, never, noEffect, notYet, required } from "../known-rows.ts";

/** Actions and commands at stages that tsgi does not have. */
export const hookOptions = {
  ...noEffect({
    "hook-post-jail": required("there is no jail to be outside of; uWSGI runs it only where there is one"),
    "exec-post-jail": required("there is no jail to be outside of; uWSGI runs it only where there is one"),
  }),
  ...notYet(
    {
      "hook-emperor-start": required("do this when the emperor starts"),
      "hook-emperor-stop": required("do this when the emperor tells the instance to stop"),
      "hook-emperor-reload": required("do this when the emperor tells the instance to reload"),
      "hook-emperor-lost": required("do this when the emperor has gone"),
      "hook-as-vassal": required("do this in an instance before its program starts"),
      "hook-as-emperor": required("do this in the emperor when an instance has started"),
      "hook-as-mule": required("do this in each mule"),
    },
    { risk: hookRisk },
  ),
  ...notYet({
    "exec-as-vassal": required("run this command in an instance before its program starts"),
    "exec-as-emperor": required("run this command in the emperor when an instance has started"),
  }),
  ...never({
    "hook-as-gateway": required("routers run nothing but tsgi; hook-as-user runs once for the instance"),
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
