/** Why a request is refused, each with its status and the sentence that goes to the client and the log. */

export interface Refusal {
  readonly status: number;
  readonly reason: string;
  readonly message: string;
}

function bad(message: string): Refusal {
  return { status: 400, reason: "Bad Request", message };
}

export const refusals = {
  badRequest: bad("The request cannot be understood."),
  badRequestLine: bad("The request line is not METHOD SP TARGET SP HTTP/1.x CRLF."),
  looksLikeTls: bad("This looks like TLS, but this address speaks plain HTTP."),
  badTarget: bad("The request target is malformed."),
  badFieldName: bad("A header line has no colon, or its name is not a token."),
  spaceBeforeColon: bad("A header line has a space before its colon."),
  foldedField: bad("A header line begins with a space: folded lines are not accepted."),
  badFieldValue: bad("A header value has a control character or a line that does not end in CR LF."),
  bareCarriageReturn: bad("A line does not end in CR LF."),
  missingHost: bad("A request needs exactly one Host header with a value."),
  repeatedHost: bad("There is more than one Host header."),
  badHost: bad("The Host header is malformed."),
  hostMismatch: bad("The Host header and the request target name different hosts."),
  repeatedContentType: bad("There is more than one Content-Type header."),
  badContentLength: bad("Content-Length is not exactly one decimal number."),
  lengthAndEncoding: bad("Content-Length and Transfer-Encoding exclude each other."),
  badTransferEncoding: bad("Transfer-Encoding is not exactly one line that ends in chunked."),
  encodingInOldVersion: bad("HTTP/1.0 knows no Transfer-Encoding."),
  badChunk: bad("The chunked body is malformed."),
  unknownEncoding: {
    status: 501,
    reason: "Not Implemented",
    message: "The only transfer coding here is chunked.",
  },
  connect: { status: 501, reason: "Not Implemented", message: "CONNECT is not served here." },
  targetTooLong: { status: 414, reason: "URI Too Long", message: "The request target is too long." },
  headTooLarge: {
    status: 431,
    reason: "Request Header Fields Too Large",
    message: "The request's head is larger than this server accepts.",
  },
  tooManyHeaders: {
    status: 431,
    reason: "Request Header Fields Too Large",
    message: "The request has more header lines than this server accepts.",
  },
  bodyTooLarge: {
    status: 413,
    reason: "Content Too Large",
    message: "The request's body is larger than this server accepts.",
  },
  versionNotSupported: {
    status: 505,
    reason: "HTTP Version Not Supported",
    message: "This server speaks HTTP/1.0 and HTTP/1.1 here.",
  },
  expectationFailed: {
    status: 417,
    reason: "Expectation Failed",
    message: "The only expectation known here is 100-continue.",
  },
  tooSlow: { status: 408, reason: "Request Timeout", message: "The request took too long to arrive." },
  busy: {
    status: 503,
    reason: "Service Unavailable",
    message: "The server is busy. Please try again in a moment.",
  },
  workerLost: {
    status: 502,
    reason: "Bad Gateway",
    message: "The process that was working on this request ended before it answered.",
  },
  overtime: {
    status: 504,
    reason: "Gateway Timeout",
    message: "The application took too long to answer this request.",
  },
} as const satisfies Record<string, Refusal>;
