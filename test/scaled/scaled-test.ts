/**
 * `npm run test:scaled`: the main job on services that run apart, unchanged; then one film watched by
 * `maskwatch start` and by these services, its alerts compared row by row.
 */
import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { isDeepStrictEqual, promisify } from 'node:util';
import type { VisitorRow } from './one-round.ts';

const run = promisify(execFile);
const here = import.meta.dirname;

const job = spawnSync(process.execPath, ['--test', join(here, 'main-job.test.ts')], {
  stdio: 'inherit',
});

const embedded = await roundOf('embedded');
const scaled = await roundOf('scaled');
const same = embedded.map((row, n) => isDeepStrictEqual(row.facts, scaled[n]?.facts));
console.log(
  '\nvisitor    alert, embedded and scaled                               started  opened  (s)',
);
for (const [n, row] of embedded.entries()) {
  print(row, 'embedded', '');
  print(scaled[n]!, 'scaled', same[n] ? '' : 'DIFFERS');
}
const whole = embedded.length > 0 && embedded.length === scaled.length && same.every(Boolean);
console.log(whole ? 'same alerts in both shapes' : 'the shapes differ');
process.exitCode = job.status === 0 && whole ? 0 : 1;

async function roundOf(shape: string): Promise<VisitorRow[]> {
  const env = { ...process.env, MASKWATCH_SHAPE: shape };
  const { stdout } = await run(process.execPath, [join(here, 'one-round.ts')], { env });
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as VisitorRow[];
}

function print(
  { visitor, facts, startedAfter, openedAfter }: VisitorRow,
  shape: string,
  note: string,
) {
  for (const [n, fact] of facts.entries()) {
    const { state, severity, ended, evidence, delivered } = fact;
    const words = [state, severity, ended, evidence.join('+'), delivered.join('+')].join(' ');
    const times = [startedAfter[n]!, openedAfter[n]!].map((at) => at.toFixed(2).padStart(7));
    console.log(`${visitor}  ${shape.padEnd(9)} ${words}  ${times.join(' ')}  ${note}`);
  }
  if (facts.length === 0) console.log(`${visitor}  ${shape.padEnd(9)} no alert  ${note}`);
}
