/**
 * `npm run test:restart`: every service and every engine of the compose file is stopped and started
 * again, one after the other, while visitors come and go.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Camera } from '@maskwatch/contracts/camera';
import { DarkTimes } from './dark-times.ts';
import { cameraIds, Stage } from './stage.ts';

const allowedMs = 10_000;
/** A camera that is judged less often than this cannot be relied on to see a whole violation. */
const noticeMs = 1500;
const restMs = 14_000;
const order = ['deliveries', 'inference', 'ingest', 'hub', 'address', 'redis', 'postgres'];

const stage = await Stage.open();
const dark = new DarkTimes(async () => {
  const { cameras } = await stage.get<{ cameras: Camera[] }>('/cameras');
  return cameras;
});
const from = Date.now();
let worstMs = 0;
try {
  await sleep(restMs);
  console.log(`service         exit  well after   longest dark, ${cameraIds.join(', ')} (s)`);
  for (const container of order.flatMap((name) => stage.all(name))) {
    const at = Date.now();
    const code = await container.stop();
    container.start();
    const wellAfterMs = (await stage.well(Date.now())) - at;
    await sleep(restMs / 2);
    const longest = dark.longest(at);
    worstMs = Math.max(worstMs, ...longest.values());
    const seconds = (ms: number) => (ms / 1000).toFixed(1);
    const each = cameraIds.map((id) => seconds(longest.get(id) ?? 0).padStart(5)).join('  ');
    console.log(
      `${container.name.padEnd(15)} ${String(code).padStart(4)}  ${seconds(wellAfterMs).padStart(10)}   ${each}`,
    );
  }
  await sleep(restMs);
  const gaps = dark
    .longerThan(noticeMs)
    .map((one) => ({ name: `dark ${one.cameraId}`, from: one.from, to: one.to }));
  const verdict = await stage.verdict(from, Date.now() - 3000, gaps);
  console.log(`${verdict.showings} violations, ${verdict.unseen.length} of them unseen:`);
  for (const line of [...verdict.unseen, ...verdict.faults]) console.log(`  ${line}`);
  const { lost, invented, doubled } = verdict;
  console.log(`alerts lost ${lost.length}, invented ${invented.length}, doubled ${doubled.length}`);
  console.log(`longest dark ${(worstMs / 1000).toFixed(1)} s`);
  process.exitCode = verdict.faults.length === 0 && worstMs <= allowedMs ? 0 : 1;
} finally {
  await dark.stop();
  await stage.close();
}
