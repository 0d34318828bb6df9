import { messageOf, Problem } from '@maskwatch/platform/problem';

/** What was seen of one thing: fail keeps the service from its work, warn does not, note is no fault. */
export interface Finding {
  level: 'ok' | 'note' | 'warn' | 'fail';
  about: string;
  detail: string;
  action?: string;
}

/** What went wrong, as a finding. */
export function failure(about: string, thrown: unknown, level: 'warn' | 'fail' = 'fail'): Finding {
  if (!(thrown instanceof Problem)) return { level, about, detail: messageOf(thrown) };
  const faults = thrown.errors.map(({ path, message }) => `\n      ${path}: ${message}`);
  const detail = `${thrown.message}${faults.join('')}`;
  return { level, about, detail, ...(thrown.action ? { action: thrown.action } : {}) };
}
