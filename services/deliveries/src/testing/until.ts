import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until `condition` holds; fails with its name after `deadlineMs`. */
export async function until(
  name: string,
  condition: () => boolean | Promise<boolean>,
  deadlineMs = 30_000,
): Promise<void> {
  const start = performance.now();
  while (!(await condition())) {
    if (performance.now() - start > deadlineMs) assert.fail(`not within ${deadlineMs} ms: ${name}`);
    await sleep(5);
  }
}
