import { Problem } from '@maskwatch/platform/problem';

const isProblem = (fault: unknown, code: string) => fault instanceof Problem && fault.code === code;

/** Whether the store, or the file system itself, found no room. */
export function isDiskFull(fault: unknown): boolean {
  if (fault instanceof Problem) return fault.code === 'store-full';
  const code = (fault as NodeJS.ErrnoException | undefined)?.code;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/** The store does not answer: whether it kept the change is not known. */
export function isAway(fault: unknown): boolean {
  return isProblem(fault, 'store-unreachable');
}

/** Another hub has taken over, as the store knows it. */
export function isFenced(fault: unknown): boolean {
  return isProblem(fault, 'store-fenced');
}
