/** Byte classes of RFC 9110 §5.6.2 and §5.5 as tables, so that a scan costs one look-up a byte. */

/** 1 for the bytes of a token (tchar). */
export const TOKEN = table((byte) => /[!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(String.fromCharCode(byte)));

/** 1 for the bytes of a field value: HTAB, SP, VCHAR, obs-text. No NUL, CR, LF, DEL or other control. */
export const FIELD = table((byte) => byte === 9 || (byte >= 32 && byte !== 127));

/**
 * 1 for the bytes of a request target. Raw bytes above 127 are let through, as nginx and uWSGI do:
 * they frame nothing, and WSGI has a text for them. "#" never reaches a server.
 */
export const TARGET = table((byte) => byte > 32 && byte !== 127 && byte !== 35);

/** 1 for the bytes of a host's name (RFC 3986 §3.2.2, reg-name). */
export const HOST = table((byte) => /[-._~0-9A-Za-z%!$&'()*+,;=]/.test(String.fromCharCode(byte)));

export const CR = 13;
export const LF = 10;
export const SP = 32;
export const TAB = 9;
export const QUOTE = 34;
export const COMMA = 44;
export const COLON = 58;
export const SEMICOLON = 59;
export const SLASH = 47;
export const QUESTION = 63;
export const OPEN_BRACKET = 91;
export const BACKSLASH = 92;
export const CLOSE_BRACKET = 93;
export const PERCENT = 37;
export const ASTERISK = 42;

function table(accepts: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (accepts(byte) ? 1 : 0));
}

/** The value of an ASCII hexadecimal digit, or -1. */
export function hexValue(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

/** Whether `bytes[start, end)` is `lower` in any case; `lower` must be lower-case letters, digits or "-". */
export function equalsIgnoringCase(bytes: Buffer, start: number, end: number, lower: string): boolean {
  if (end - start !== lower.length) return false;
  for (let i = 0; i < lower.length; i++) {
    let byte = bytes[start + i] ?? 0;
    if (byte >= 65 && byte <= 90) byte |= 32;
    if (byte !== lower.charCodeAt(i)) return false;
  }
  return true;
}
