/**
 * After an answer that closes, input is read and dropped for so many ms and bytes: a reset would take the
 * answer away, also from a proxy that is still sending an upload which the application did not read.
 */
export const LINGER_TIME = 2000;
export const LINGER_BYTES = 64 * 1024 * 1024;
