/** Hooks and attached programs. */
export const hookOptions = {};
