import type { Problem } from './problem.ts';

/** A problem for a person at a terminal: what happened, every fault on a line, what to do. */
export function problemText(problem: Problem): string {
  const faults = problem.errors.map(({ path, message }) =>
    path === '' ? `  ${message}` : `  ${path}: ${message}`,
  );
  const action = problem.action === undefined ? [] : [`What to do: ${problem.action}`];
  return `${[problem.message, ...faults, ...action].join('\n')}\n`;
}

/** 2: what was asked for cannot be done as asked (config, arguments); 1: it was tried and failed. */
export function exitStatus(problem: Problem): 1 | 2 {
  return problem.status >= 400 && problem.status < 500 ? 2 : 1;
}
