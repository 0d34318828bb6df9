import { systemClock } from '@maskwatch/platform/clock';
import { silentLogger } from '@maskwatch/platform/logger';
import { TimerJobs } from '@maskwatch/store/jobs/timer-jobs';
import { openSqliteStore } from '@maskwatch/store/sqlite-store';
import { Deliveries } from '../service.ts';
import { endpointTo } from './outbox.ts';

/*
 * Delivers, but never gets to write down the first answer: it says "answered" and waits to be
 * killed. Arguments: folder of the store, address of the receiver.
 */
const [directory, url] = process.argv.slice(2) as [string, string];
const store = await openSqliteStore({ directory, clock: systemClock, reserveBytes: 4096 });
store.recordAttempt = () => {
  process.stdout.write('answered\n');
  return new Promise(() => {});
};
const service = new Deliveries({
  store,
  endpoints: [endpointTo('office', url)],
  allow: ['127.0.0.1/32'],
  clock: systemClock,
  jobs: new TimerJobs({ clock: systemClock, logger: silentLogger }),
  logger: silentLogger,
  random: Math.random,
});
await service.start();
