/** The bytes of a request that asks for its connection to be closed; `lines` are header lines, latin-1. */
export function plainRequest(target: string, lines: readonly string[] = [], method = "GET"): string {
  return [`${method} ${target} HTTP/1.1`, "Host: test", "Connection: close", ...lines, "", ""].join("\r\n");
}
