import { z } from 'zod';

/**
 * An expected fault, told to a person: what happened and what to do. Over HTTP it is
 * application/problem+json (RFC 9457); on the command line a sentence and an exit status.
 */
export const ProblemDetails = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.string(),
  detail: z.string(),
  /** What to do about it. */
  action: z.string().optional(),
  /** Faults of single fields, each with its path. */
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});
export type ProblemDetails = z.infer<typeof ProblemDetails>;
