/**
 * `npm run test:faults [-- --only NAME] [-- --times N] [-- --anew]`: hurts real services that run apart
 * and counts alerts that were lost, invented or doubled. Each try is added to .cache/faults.jsonl, and
 * the next run goes on where this one stopped.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { rowsOf, type Try, textOf } from './fault-table.ts';
import { type Fault, faults } from './faults.ts';
import { Stage } from './stage.ts';

/** Long enough for a whole violation of the film and its hold after a fault is over. */
const afterwardsMs = 14_000;
/** A fault meets the film at any moment of its ten seconds between two visitors. */
const calmMs = 10_000;
/** What is judged of a violation may come this much later. */
const settleMs = 3000;

const { values } = parseArgs({
  options: { only: { type: 'string' }, times: { type: 'string' }, anew: { type: 'boolean' } },
});
const folder = join(import.meta.dirname, '../../.cache');
const file = join(folder, 'faults.jsonl');
mkdirSync(folder, { recursive: true });
if (values.anew) rmSync(file, { force: true });
const tries = existsSync(file)
  ? readFileSync(file, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Try)
  : [];
const chosen = faults.filter(({ name }) => name.includes(values.only ?? ''));
if (chosen.length === 0) {
  console.error(`There is no such fault. Known: ${faults.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

const stage = await Stage.open();
try {
  const most = Math.max(...chosen.map(({ times }) => Number(values.times ?? times)));
  for (let round = 1; round <= most; round += 1) {
    for (const fault of chosen) {
      const done = tries.filter((one) => one.fault === fault.name).length;
      if (done >= Math.min(round, Number(values.times ?? fault.times))) continue;
      const result = await attempt(fault);
      tries.push(result);
      appendFileSync(file, `${JSON.stringify(result)}\n`);
    }
  }
} finally {
  await stage.close();
}
const rows = rowsOf(faults, tries);
console.log(`\n${textOf(rows)}`);
process.exitCode = rows.every(({ well }) => well) ? 0 : 1;

async function attempt(fault: Fault): Promise<Try> {
  const seed = Math.floor(Math.random() * 2 ** 31);
  if (fault.viewers !== undefined) await stage.lookOn(fault.viewers);
  const from = await stage.well(Date.now());
  await sleep(settleMs + (seed / 2 ** 31) * calmMs);
  const begunAt = Date.now();
  const { away = [], undo } = await fault.inflict(stage);
  const since = fault.from === 'begin' ? begunAt : Date.now();
  const recoveredAt = await stage.well(since + 500, away);
  await undo?.();
  const endedAt = await stage.well(Date.now());
  await sleep(afterwardsMs);
  const to = Date.now() - settleMs;
  const gaps = fault.blinds ? [{ name: fault.name, from: begunAt, to: endedAt }] : [];
  const verdict = await stage.verdict(from, to, gaps);
  const { lost, invented, doubled, unseen } = verdict;
  const untold = fault.viewers === undefined ? 0 : await stage.leave(from);
  if (untold > 0) lost.push(`${untold} times a viewer was not told of an alert's last change`);
  const recoveryMs = recoveredAt - since;
  console.log(
    `${fault.name}: seed ${seed}, well after ${(recoveryMs / 1000).toFixed(1)} s, ` +
      `${unseen.length} unseen`,
  );
  for (const fault of verdict.faults) console.log(`  ${fault}`);
  return {
    ...{ fault: fault.name, seed, recoveryMs, lost, invented, doubled },
    ...{ unseen: unseen.length, showings: verdict.showings },
  };
}
