/** Recycling. */
export const recyclingOptions = {};
