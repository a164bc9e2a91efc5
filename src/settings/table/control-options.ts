/** Control. */
export const controlOptions = {};
