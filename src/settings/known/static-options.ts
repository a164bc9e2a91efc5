import { bare, noEffect, notYet, optional, required } from "../known-rows.ts";

/** Files that are served without the application. */
export const staticOptions = {
  ...notYet({
    "check-static": required("serve a file of this directory if the path names one", {
      aliases: ["static-check"],
    }),
    "check-static-docroot": bare("serve a file of DOCUMENT_ROOT if the path names one"),
    "static-map": required("serve files below a prefix from a directory: /prefix=DIRECTORY"),
    "static-map2": required(
      "as static-map, but the whole path, prefix included, is looked up in the directory",
    ),
    "static-index": required("serve this file where a directory is asked for: index.html"),
    "static-skip-ext": required("leave paths with this extension to the application"),
    "static-safe": required(
      "also serve files here when a symbolic link leads out of a static directory to them",
    ),
    "static-cache-paths": required("remember for so many seconds which file a path names"),
    "static-cache-paths-name": required("remember which file a path names in this cache"),
    mimefile: required("take the types of files from here instead of /etc/mime.types", {
      aliases: ["mime-file"],
    }),
    "honour-range": bare("send the part of a file that a Range header asks for"),
    "file-serve-mode": required("let the web server in front send files: x-accel-redirect, x-sendfile", {
      aliases: ["fileserve-mode"],
    }),
    "check-cache": optional("answer from a cache if it holds the requested path"),
  }),
  ...notYet({
    "static-expires": required("set Expires for files whose name matches: PATTERN SECONDS"),
    "static-expires-mtime": required("as static-expires, counted from the change of the file"),
    "static-expires-type": required("set Expires for files of a type: TYPE=SECONDS"),
    "static-expires-type-mtime": required("as static-expires-type, counted from the change of the file"),
    "static-expires-uri": required("set Expires where the request target matches: PATTERN SECONDS"),
    "static-expires-uri-mtime": required("as static-expires-uri, counted from the change of the file"),
    "static-expires-path-info": required("set Expires where the path matches: PATTERN SECONDS"),
    "static-expires-path-info-mtime": required(
      "as static-expires-path-info, counted from the change of the file",
    ),
    "static-gzip": required("send FILE.gz for files whose name matches, to clients that take gzip"),
    "static-gzip-all": bare("send FILE.gz for every file that has one, to clients that take gzip"),
    "static-gzip-dir": required("send FILE.gz for files of this directory, to clients that take gzip", {
      aliases: ["static-gzip-prefix"],
    }),
    "static-gzip-ext": required("send FILE.gz for files that end so, to clients that take gzip", {
      aliases: ["static-gzip-suffix"],
    }),
  }),
  ...noEffect({
    "offload-threads": required("routers, not workers, send responses and files", {
      aliases: ["offload-thread"],
    }),
  }),
  ...noEffect({ "disable-sendfile": bare("files are always sent with read and write") }, { always: true }),
};
