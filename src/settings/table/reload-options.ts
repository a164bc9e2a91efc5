/** Reloading. */
export const reloadOptions = {};
