import { Problem } from '@maskwatch/platform/problem';

/** Whether the store, or the file system itself, found no room. */
export function isDiskFull(fault: unknown): boolean {
  if (fault instanceof Problem) return fault.code === 'store-full';
  const code = (fault as NodeJS.ErrnoException | undefined)?.code;
  return code === 'ENOSPC' || code === 'EDQUOT';
}
