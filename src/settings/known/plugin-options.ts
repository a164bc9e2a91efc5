import { alike, bare, never, noEffect, notYet, optional, required } from "../known-rows.ts";

const builtIn = "all that tsgi can do is built in";

/** Loading plug-ins, and what uWSGI's program does instead of serving. */
export const pluginOptions = {
  ...noEffect({
    plugins: required(builtIn, { aliases: ["plugin"] }),
    "need-plugins": required(builtIn, { aliases: ["need-plugin"] }),
    "plugins-dir": required(builtIn, { aliases: ["plugin-dir"] }),
    autoload: bare(builtIn),
    "allowed-modifiers": required("whatever its modifier, a request reaches nothing but the application"),
  }),
  ...noEffect({
    "plugins-list": bare("it lists plug-ins of uWSGI", { aliases: ["plugin-list"] }),
    "router-list": bare("it lists plug-ins of uWSGI", { aliases: ["routers-list"] }),
    "loop-list": bare("it lists plug-ins of uWSGI", { aliases: ["loops-list"] }),
    "clock-list": bare("it lists plug-ins of uWSGI", { aliases: ["clocks-list"] }),
  }),
  ...notYet({
    "remap-modifier": required("treat requests with one modifier as if they had another: OLD:NEW"),
    print: required("log this text when the configuration is read", { aliases: ["iprint"] }),
  }),
  ...notYet({ exit: optional("end with this code instead of serving") }, { risk: "error" }),
  ...never({
    dlopen: required("tsgi loads no shared libraries; let the application do so with ctypes"),
  }),
  ...never(
    {
      ...alike("tsgi has neither C sources nor C plug-ins", {
        bare: "cflags dot-h config-py",
        required: "build-plugin",
      }),
      "binary-append-data": required(
        "tsgi is no binary to append data to; put the files beside the configuration",
      ),
      version: bare("it is a command and no setting; tsgi --version shows it"),
      nagios: bare("tsgi is no Nagios check; let check_http ask for a page"),
      ...alike("tsgi does not ping other servers; ask for a page with curl", {
        required: "ping ping-timeout",
      }),
    },
    "error",
  ),
};
