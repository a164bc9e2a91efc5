import { alike, never } from "../known-rows.ts";

const noPhp = "tsgi runs Python, not PHP; let php-fpm serve it, behind the same web server";
const noPerl = "tsgi runs Python, not Perl; let Starman serve it, behind the same web server";
const noRuby = "tsgi runs Python, not Ruby; let Puma serve it, behind the same web server";
const noJvm =
  "tsgi runs Python, not Java or Clojure; let a server of the JVM run it, behind the same web server";
const noMono = "tsgi runs Python, not .NET; let Kestrel serve it, behind the same web server";
const noLua = "tsgi runs Python, not Lua; let OpenResty serve it, behind the same web server";
const noGo = "tsgi runs Python, not Go; let the Go program serve itself, behind the same web server";
const noCgi = "tsgi runs no CGI programs; let the web server in front do it (nginx with fcgiwrap, or Apache)";
const noSymbols = "tsgi runs Python, not C functions; call them from the application with ctypes";
const noPypyPlugin = "PyPy has no options of its own; set python = pypy3, and the application as for CPython";

/** Plug-ins for other languages than Python. The errors name an application, which would not be served. */
export const otherLanguageOptions = {
  ...never(
    {
      ...alike(noPhp, { required: "php-app php-docroot" }),
      ...alike(noPerl, { required: "psgi" }),
      ...alike(noRuby, { required: "rack rails" }),
      ...alike(noJvm, { required: "jvm-main-class jwsgi ring-load clojure-load ring-app" }),
      ...alike(noMono, { required: "mono-app" }),
      ...alike(noLua, { required: "lua" }),
      ...alike(noGo, { required: "go-load gccgo-load" }),
      ...alike(noSymbols, { required: "symcall" }),
      ...alike(noPypyPlugin, {
        required: `pypy-wsgi pypy-wsgi-file pypy-ini-paste pypy-paste pypy-eval pypy-eval-post-fork pypy-exec
          pypy-exec-post-fork pypy-home pypy-setup pypy-lib pypy-pp pypy-python-path pypy-pythonpath`,
      }),
    },
    "error",
  ),
  ...never({
    ...alike(noPhp, {
      required: `php-ini php-config php-ini-append php-config-append php-set php-index php-allowed-docroot
        php-allowed-ext php-allowed-script php-server-software php-app-qs php-fallback php-fallback2
        php-fallback-qs php-app-bypass php-var php-constant php-exec-before php-exec-begin php-exec-after
        php-exec-end php-sapi-name`,
      bare: "php-dump-config",
    }),
    ...alike(noPerl, {
      required: `perl-local-lib perl-args perl-arg perl-exec perl-exec-post-fork perl-auto-reload
        perl-auto-reload-ignore coroae`,
      optional: "plshell",
      bare: "psgi-enable-psgix-io perl-no-die-catch perl-version plshell-oneshot perl-no-plack",
    }),
    ...alike(noRuby, {
      required: `ruby-gc-freq rb-gc-freq rb-lib ruby-lib rb-require ruby-require rbrequire rubyrequire require
        shared-rb-require shared-ruby-require shared-rbrequire shared-rubyrequire shared-require gemset rvm
        rvm-path`,
      optional: "rbshell",
      bare: "rbshell-oneshot fiber rbthreads rb-threads rbthread rb-thread",
    }),
    ...alike(noJvm, { required: "jvm-opt jvm-class jvm-classpath" }),
    ...alike(noMono, {
      required: "mono-gc-freq mono-key mono-version mono-config mono-assembly mono-exec mono-index",
    }),
    ...alike(noLua, { required: "lua-load", bare: "lua-shell luashell lua-gc-freq" }),
    ...alike(noGo, { required: "go-args gccgo-args goroutines" }),
    ...alike(noSymbols, { required: "symcall-register-rpc symcall-post-fork", bare: "symcall-use-next" }),
    ...alike("tsgi has no loop for C plug-ins", {
      required: "dumbloop-modifier1 dumbloop-code dumbloop-function",
    }),
    ...alike(noCgi, {
      required: `cgi cgi-map-helper cgi-helper cgi-buffer-size cgi-timeout cgi-index cgi-allowed-ext cgi-unset
        cgi-loadlib cgi-safe`,
      bare: `cgi-from-docroot cgi-optimize cgi-optimized cgi-path-info cgi-do-not-kill-on-error
        cgi-async-max-attempts cgi-close-stdin-on-eof`,
    }),
  }),
};
