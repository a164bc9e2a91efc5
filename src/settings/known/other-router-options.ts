import { alike, never } from "../known-rows.ts";

const noTcpProxy = "tsgi forwards no plain TCP connections; use nginx (stream) or HAProxy for them";
const noTerminals = "tsgi shares no terminals; use ssh or tmux";
const noTunnels = "tsgi builds no private networks; use WireGuard, or the network of the containers";

/** Routers of uWSGI for anything but HTTP and the uwsgi protocol. The errors are what somebody would connect to. */
export const otherRouterOptions = {
  ...never(
    alike(noTcpProxy, { required: "rawrouter rawrouter-zerg sslrouter sslrouter2 sslrouter-zerg" }),
    "error",
  ),
  ...never(
    alike(noTcpProxy, {
      required: `rawrouter-processes rawrouter-workers rawrouter-use-pattern rawrouter-use-base
        rawrouter-fallback rawrouter-use-code-string rawrouter-to rawrouter-gracetime rawrouter-events
        rawrouter-max-retries rawrouter-quiet rawrouter-subscription-server rawrouter-subscription-slot
        rawrouter-timeout rawrouter-stats rawrouter-stats-server rawrouter-ss rawrouter-harakiri
        rawrouter-buffer-size`,
      optional: "rawrouter-use-cache rawrouter-use-socket",
      bare: "rawrouter-cheap rawrouter-xclient",
    }),
  ),
  ...never(
    alike(noTcpProxy, {
      required: `sslrouter-session-context sslrouter-processes sslrouter-workers sslrouter-use-pattern
        sslrouter-use-base sslrouter-fallback sslrouter-use-code-string sslrouter-to sslrouter-gracetime
        sslrouter-events sslrouter-max-retries sslrouter-quiet sslrouter-subscription-server
        sslrouter-timeout sslrouter-stats sslrouter-stats-server sslrouter-ss sslrouter-harakiri
        sslrouter-buffer-size`,
      optional: "sslrouter-use-cache sslrouter-use-socket",
      bare: "sslrouter-cheap sslrouter-sni",
    }),
  ),
  ...never(
    alike(noTerminals, {
      required: `forkptyrouter forkpty-router forkptyurouter forkpty-urouter forkptyrouter-zerg
        pty-socket pty-connect pty-uconnect`,
    }),
    "error",
  ),
  ...never(
    alike(noTerminals, {
      required: `forkptyrouter-command forkpty-router-command forkptyrouter-cmd forkpty-router-cmd
        forkptyrouter-rows forkptyrouter-cols forkptyrouter-processes forkptyrouter-workers
        forkptyrouter-fallback forkptyrouter-events forkptyrouter-timeout forkptyrouter-stats
        forkptyrouter-stats-server forkptyrouter-ss forkptyrouter-harakiri pty-exec`,
      bare: "forkptyrouter-cheap pty-log pty-input pty-no-isig",
    }),
  ),
  ...never(
    alike(noTunnels, {
      required: `tuntap-router tuntap-device tuntap-router-firewall-in tuntap-router-firewall-out
        tuntap-router-route tuntap-router-stats tuntap-device-rule`,
      optional: "tuntap-use-credentials",
    }),
    "error",
  ),
};
