/** As many workers as the load needs. */
export const scalingOptions = {};
