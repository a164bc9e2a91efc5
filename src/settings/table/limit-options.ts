/** Limits of processes. */
export const limitOptions = {};
