import type { ProblemDetails } from '@maskwatch/contracts/problem';
import { Problem } from '@maskwatch/platform/problem';
import { problemDetails } from '../http/problem-answer.ts';

/**
 * What a viewer is told for whom there is no place: as data of the error, so that a page can show it;
 * of a handshake that is refused a browser tells nothing.
 */
export function viewersMany(most: number): Error & { data: ProblemDetails } {
  const problem = new Problem(
    'viewers-many',
    `This hub serves ${most} viewers already, which is the most that it may.`,
    {
      action: 'Close pages that nobody looks at, or raise access.viewers in the config.',
      status: 503,
    },
  );
  return Object.assign(new Error(problem.message), { data: problemDetails(problem) });
}
