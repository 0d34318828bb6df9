/** Pictures of one run on a GPU, which prepares each shape anew: it gets no others. */
export const batchSizes = [1, 4, 8, 16] as const;
