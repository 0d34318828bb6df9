/** Work under a supervisor that judges pictures of two cameras for good, or until it is hurt. */
import { createLogger } from '@maskwatch/platform/logger';
import { deathBefore, sayUnderWay, supervised } from '../supervise.ts';

const how = process.argv[2];

await supervised(createLogger({ service: 'test' }), async (watch) => {
  const stopped = Promise.withResolvers<void>();
  process.once('SIGTERM', () => stopped.resolve());
  process.once('SIGUSR2', () => process.exit(1));
  watch(() => how === 'stuck');
  const cameraIds = how === 'idle' ? [] : ['gate', 'yard'];
  // One thread does not come back, others go on.
  const others = setInterval(() => sayUnderWay(cameraIds), 100);
  sayUnderWay(cameraIds);
  console.log(JSON.stringify({ pid: process.pid, death: deathBefore() }));
  if (how === 'abort') {
    sayUnderWay(['yard']);
    process.abort();
  }
  await stopped.promise;
  if (how !== 'kept') clearInterval(others);
});
