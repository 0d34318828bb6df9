import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

interface UntilOptions {
  withinMs?: number;
  /** What there is instead, for the failure. */
  seen?(): unknown;
}

/** Asks twenty times a second until there is an answer; fails with the name and what was seen last. */
export async function until<T>(
  name: string,
  ask: () => T | undefined | false | Promise<T | undefined | false>,
  { withinMs = 30_000, seen }: UntilOptions = {},
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > deadline) {
      const said = seen === undefined ? '' : `: ${JSON.stringify(seen(), undefined, 1)}`;
      assert.fail(`not within ${withinMs / 1000} s: ${name}${said}`);
    }
    await sleep(50);
  }
}
