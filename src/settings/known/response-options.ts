import { noEffect, notYet, required } from "../known-rows.ts";

/** Headers and pages that the server adds, WebSockets, bodies in chunks. */
export const responseOptions = {
  ...notYet({
    "add-header": required("add a header to every response"),
    "rem-header": required("take a header out of every response", { aliases: ["del-header"] }),
    "collect-header": required("keep a header of the response in a variable of the request", {
      aliases: ["response-header-collect"],
    }),
    "pull-header": required("take a header out of the response and keep it in a variable of the request"),
    "error-page-403": required("send this page where the server itself answers 403"),
    "error-page-404": required("send this page where the server itself answers 404"),
    "error-page-500": required("send this page where the server itself answers 500"),
    "websocket-ping-freq": required("ping idle WebSockets this often", { aliases: ["websockets-ping-freq"] }),
    "websocket-pong-tolerance": required("close a WebSocket that answers a ping later than this", {
      aliases: ["websockets-pong-tolerance"],
    }),
    "websocket-max-size": required("refuse a WebSocket message of more KiB than this", {
      aliases: ["websockets-max-size"],
    }),
    "chunked-input-limit": required("largest chunk of a request body that uwsgi.chunked_read() takes"),
    "chunked-input-timeout": required("longest wait of uwsgi.chunked_read() for the next chunk"),
  }),
  ...noEffect({
    "response-headers-limit": required("the head of a response may always have up to 1 MiB"),
  }),
};
