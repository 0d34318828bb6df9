import { appendFileSync, closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { systemClock } from '@maskwatch/platform/clock';
import { aDelivery, anEvidence, anOpening, builtAt } from '../builders.ts';
import { openSqliteStore } from '../sqlite-store.ts';

/*
 * Commits without end until it is killed, and writes down, with fsync, what was acknowledged.
 * Arguments: folder of the store, ledger, name of this run.
 */
const [directory, ledgerPath, run] = process.argv.slice(2) as [string, string, string];
const ledger = openSync(ledgerPath, 'a');

function acknowledged(line: string): void {
  writeSync(ledger, `${line}\n`);
  fsyncSync(ledger);
}

process.on('exit', () => closeSync(ledger));
process.on('uncaughtException', (error) => {
  appendFileSync(ledgerPath, `failed ${error.message}\n`);
  process.exit(1);
});

const store = await openSqliteStore({ directory, clock: systemClock, reserveBytes: 4096 });
for (let count = 0; ; count += 1) {
  const name = `${run}-${count}`;
  const body = JSON.stringify({ data: { picture: 'A'.repeat(20_000) } });
  await store.open(
    anOpening(name, {
      evidence: [anEvidence({ id: `e-${name}`, alertId: `a-${name}` })],
      deliveries: [aDelivery({ id: `d-${name}`, body })],
    }),
  );
  acknowledged(`open ${name}`);
  const attempt = { number: 1, startedAt: builtAt, durationMs: 1, status: 204 };
  await store.recordAttempt({ deliveryId: `d-${name}`, attempt, state: 'delivered' });
  acknowledged(`delivered ${name}`);
  await store.end({ violationId: `v-${name}`, endedAt: builtAt, ended: 'left', deliveries: [] });
  acknowledged(`end ${name}`);
}
