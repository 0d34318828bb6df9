import { fsyncSync, openSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '@maskwatch/platform/clock';
import { silentLogger } from '@maskwatch/platform/logger';
import { aDelivery, anOpening } from '@maskwatch/store/builders';
import { TimerJobs } from '@maskwatch/store/jobs/timer-jobs';
import { openSqliteStore } from '@maskwatch/store/sqlite-store';
import { Deliveries } from '../service.ts';
import { endpointTo } from './outbox.ts';

/*
 * Commits alerts and delivers them until it is killed; writes down, with fsync, what was committed.
 * Arguments: folder of the store, address of the receiver, ledger, number of this run.
 */
const [directory, url, ledgerPath, run] = process.argv.slice(2) as [string, string, string, string];
const ledger = openSync(ledgerPath, 'a');
// A minute later with every run: what the killed one had claimed is free again.
const clock = { ...systemClock, now: () => systemClock.now() + Number(run) * 60_000 };
const store = await openSqliteStore({ directory, clock, reserveBytes: 4096 });
const service = new Deliveries({
  store,
  clock,
  jobs: new TimerJobs({ clock, logger: silentLogger }),
  endpoints: [endpointTo('office', url)],
  allow: ['127.0.0.1/32'],
  logger: silentLogger,
  random: Math.random,
});
await service.start();
for (let count = 0; ; count += 1) {
  const name = `${run}-${count}`;
  const body = JSON.stringify({ name, picture: Math.random().toString(36).repeat(500) });
  const delivery = aDelivery({ id: `d-${name}`, body, createdAt: clock.now() });
  await store.open(anOpening(name, { deliveries: [delivery] }));
  writeSync(ledger, `d-${name}\n`);
  fsyncSync(ledger);
  service.wake();
  await sleep(3);
}
