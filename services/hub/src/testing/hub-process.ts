/** One of several hubs as a process of its own, for tests that kill it and let it stand still. */
import { RedisHubBus } from '@maskwatch/bus/redis-hub-bus';
import { Config } from '@maskwatch/contracts/config';
import { systemClock } from '@maskwatch/platform/clock';
import { createLogger } from '@maskwatch/platform/logger';
import { openPostgresStore } from '@maskwatch/store/postgres-store';
import { Hub } from '../hub.ts';
import { openHubAdapter } from '../live/hub-adapter.ts';

const [redis, postgres, hubId, given] = process.argv.slice(2) as [string, string, string, string];
const logger = createLogger({ service: hubId });
const clock = systemClock;
const { store, files, leadership } = await openPostgresStore({ url: postgres, logger });
const bus = new RedisHubBus({ url: redis, hubId, logger });
await bus.ready();
const { adapter, close: closeAdapter } = openHubAdapter({ url: redis, hubId, logger });
const hub = new Hub({
  config: Config.parse(JSON.parse(given)),
  ...{ models: [], store, files, bus, clock, logger, version: '0.0.0' },
  scaled: {
    ...{ hubId, leadership, redis, adapter, refuse: () => undefined },
    inference: async () => ({ workers: [], queued: 0 }),
  },
  deliveries: { wake() {}, sendTest: () => Promise.reject(new Error('not in this test')) },
});
const { port } = await hub.start();
const { cluster, board } = hub.context;
/** What a test waits for, each time that it changes. */
let said = '';
const say = () => {
  const cameras = board.cameras(clock.now()).map(({ id, blind }) => ({ id, blind }));
  const { active, term, outdated } = cluster!;
  const text = JSON.stringify({ port, active, term, outdated, cameras });
  if (text !== said) process.send?.(JSON.parse(text));
  said = text;
};
say();
setInterval(say, 100);
process.once('SIGTERM', async () => {
  await hub.stop();
  closeAdapter();
  await bus.close();
  await store.close();
  process.exit(0);
});
