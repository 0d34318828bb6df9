/** The long form of kill.test.ts: twenty kills, a receiver that is down for the first minute. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Kill, killRun } from './kill-run.ts';

const afterCommit = (delayMs: number): Kill => ({ who: 'hub', when: 'after-commit', delayMs });
const whenever = (who: 'hub' | 'vision', delayMs: number): Kill => ({
  ...{ who, when: 'whenever', delayMs },
});
const inAttempt: Kill = { who: 'hub', when: 'in-attempt' };

const kills: Kill[] = [
  ...[afterCommit(0), whenever('vision', 1000), afterCommit(400), whenever('hub', 3000)],
  ...[afterCommit(900), whenever('vision', 5000), inAttempt, afterCommit(50)],
  ...[whenever('vision', 0), inAttempt, afterCommit(150), whenever('vision', 7000)],
  ...[inAttempt, whenever('hub', 500), afterCommit(10), whenever('vision', 2000)],
  ...[afterCommit(700), inAttempt, whenever('vision', 4000), afterCommit(5)],
];

const folder = await mkdtemp(join(tmpdir(), 'maskwatch-kill-'));
try {
  const { faults } = await killRun({
    ...{ folder, kills },
    receiverDownMs: 60_000,
    calmMs: 5000,
    print: (line) => console.log(line),
  });
  process.exitCode = faults.length === 0 ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
