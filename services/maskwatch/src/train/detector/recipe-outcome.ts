import { z } from 'zod';

/** The last line of the detector's recipe. */
export const RecipeOutcome = z.object({
  stopped: z.enum(['epochs', 'minutes', 'interrupted']),
  epochs: z.number().int(),
  steps: z.number().int(),
  seconds: z.number(),
});
export type RecipeOutcome = z.infer<typeof RecipeOutcome>;
