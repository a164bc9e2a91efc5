import { alike, bare, never, noEffect, notYet, optional, required } from "../known-rows.ts";

/** The Python plug-in and its green threads. */
export const pythonPluginOptions = {
  ...notYet({
    "py-tracebacker": required("show the stack of every thread to whoever connects to this Unix socket"),
    "spooler-import": required("import a module in the spooler", {
      aliases: ["spooler-pyimport", "spooler-py-import", "spooler-python-import"],
    }),
    eval: required("run this Python code, which makes the application"),
    paste: required("load the application that a PasteDeploy file describes: config:FILE"),
    "paste-logger": bare("set up logging from the PasteDeploy file"),
    pecan: required("load the application that a Pecan configuration file describes"),
    "pymodule-alias": required("import a module under another name: NAME=MODULE"),
    "post-pymodule-alias": required("import a module under another name, once uwsgi can be imported"),
    "py-sharedarea": required("make a shared memory area of this size that Python sees as a bytearray"),
  }),
  ...notYet(
    {
      "ini-paste": required("read options and the application from a PasteDeploy file"),
      "ini-paste-logged": required("read options, the application and its logging from a PasteDeploy file"),
    },
    { risk: "error" },
  ),
  ...noEffect(
    {
      "py-call-osafterfork": bare("workers are made with os.fork, so Python always handles signals in them"),
      "py-call-uwsgi-fork-hooks": bare(
        "workers are made with os.fork, so Python's own fork hooks always run",
      ),
      "wsgi-strict": bare("tsgi always keeps to PEP 3333"),
      "gevent-monkey-patch": bare("with gevent, the standard library is always patched"),
      "gevent-early-monkey-patch": bare("with gevent, the standard library is patched before all else"),
    },
    { always: true },
  ),
  ...noEffect({
    "gevent-wait-for-hub": bare(
      "a worker that is to leave waits for its requests, bounded by worker-reload-mercy",
    ),
    "wsgi-env-behaviour": required("every request has an environ of its own", {
      aliases: ["wsgi-env-behavior"],
    }),
    "py-programname": required("the interpreter is a program of its own and knows its name", {
      aliases: ["py-program-name"],
    }),
    "py-executable": required("sys.executable is the interpreter that runs", {
      aliases: ["py-sys-executable"],
    }),
  }),
  ...never({
    "start_response-nodelay": bare("the head goes out with the first bytes of the body, as PEP 3333 says"),
    "wsgi-accept-buffers": bare("PEP 3333 wants bytes in a response; make them with bytes(buffer)", {
      aliases: ["wsgi-accept-buffer"],
    }),
    "reload-os-env": bare("os.environ is filled once, when Python starts; set variables with env"),
    "no-site": bare(
      "Python finds its packages through site; to go without, name a script that runs python -S as python",
    ),
    pyshell: optional("workers have no terminal; start python in the application's directory"),
    "pyshell-oneshot": optional("workers have no terminal; start python in the application's directory"),
    asyncio: required(
      "a WSGI application does not run in an asyncio loop; use threads, gevent = N or an ASGI application",
    ),
    tornado: required(
      "a WSGI application does not run in a Tornado loop; use threads, gevent = N or an ASGI application",
    ),
  }),
  ...never(
    {
      pyrun: required("tsgi serves an application and runs no scripts; start the script with python", {
        aliases: ["py"],
      }),
      test: required('it is a command and no setting; python -c "import MODULE" does the same', {
        short: "J",
      }),
      "python-version": bare("it is a command and no setting; python --version shows it"),
      "python-worker-override": required("a worker runs tsgi's own loop; start the script with python"),
      "python-raw": required("tsgi gives no raw requests to Python; make it a WSGI application"),
      ...alike("this interface has gone out of use; make it a WSGI application", {
        required: "web3 pump wsgi-lite",
      }),
    },
    "error",
  ),
};
