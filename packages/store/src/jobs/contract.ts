import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '@maskwatch/platform/testing/until';
import type { Jobs } from './jobs.ts';

/** What every kind of jobs does; `open` closes what it opens after the test. */
export function jobsContract(name: string, open: (t: TestContext) => Promise<Jobs>): void {
  describe(`jobs on ${name}`, () => {
    it('wakes at its time and not before, and at once for what has passed', async (t) => {
      const jobs = await open(t);
      const woken = new Map<string, number>();
      jobs.handle('deliveries', async (id) => {
        woken.set(id, Date.now());
      });
      const began = Date.now();

      jobs.wake('deliveries', 'later', began + 1500);
      jobs.wake('deliveries', 'past', began - 60_000);
      await until('the past one', () => woken.has('past'));
      assert.equal(woken.has('later'), false);
      await until('the later one', () => woken.has('later'));

      // The two clocks of a test may differ by less than this.
      assert.ok((woken.get('later') ?? 0) >= began + 1490);
      assert.ok((jobs.status().workedAt ?? 0) >= began);
      assert.equal(jobs.status().lost, 0);
    });

    it('comes once for the same wake-up said again while it waits', async (t) => {
      const jobs = await open(t);
      let count = 0;
      jobs.handle('deliveries', async () => {
        count += 1;
      });
      const at = Date.now() + 500;

      for (let time = 0; time < 20; time += 1) jobs.wake('deliveries', 'office', at);
      await until('it came', () => count > 0);
      await sleep(500);

      assert.equal(count, 1);
    });

    it('works one at a time for an id, and ids beside one another', async (t) => {
      const jobs = await open(t);
      const under = new Map<string, number>();
      let most = 0;
      let runs = 0;
      const gate = Promise.withResolvers<void>();
      jobs.handle('deliveries', async (id) => {
        runs += 1;
        under.set(id, (under.get(id) ?? 0) + 1);
        most = Math.max(most, ...under.values());
        await gate.promise;
        under.set(id, (under.get(id) ?? 0) - 1);
      });
      const now = Date.now();

      jobs.wake('deliveries', 'one', now);
      await until('the first is under way', () => runs === 1);
      for (let n = 1; n <= 30; n += 1) jobs.wake('deliveries', 'one', now - n);
      jobs.wake('deliveries', 'two', now);
      await until('the other id is not held up', () => under.get('two') === 1);
      gate.resolve();
      await until('what came during the first run has its own', () => runs >= 3);

      assert.equal(most, 1);
    });

    it('misses nothing that is said while work is under way', async (t) => {
      const jobs = await open(t);
      let due = 0;
      let seen = 0;
      jobs.handle('deliveries', async () => {
        const found = due;
        await sleep(5);
        seen = found;
      });

      for (let n = 0; n < 50; n += 1) {
        due += 1;
        jobs.wake('deliveries', 'office', Date.now() + Math.random());
        await sleep(Math.random() * 10);
      }

      await until('all that was due is seen', () => seen === 50);
    });

    it('goes on after work that throws, and keeps kinds apart', async (t) => {
      const jobs = await open(t);
      const worked: string[] = [];
      jobs.handle('deliveries', async (id) => {
        if (id === 'bad') throw new Error('its fault');
        worked.push(id);
      });
      jobs.handle('retention', async (id) => {
        worked.push(`retention ${id}`);
      });
      const now = Date.now();

      jobs.wake('deliveries', 'bad', now);
      jobs.wake('deliveries', 'good', now);
      jobs.wake('retention', '7', now);

      await until('both', () => worked.length === 2);
      assert.deepEqual(worked.toSorted(), ['good', 'retention 7']);
    });

    it('waits for work under way when it closes, and takes nothing more', async (t) => {
      const jobs = await open(t);
      const began: string[] = [];
      let over = false;
      jobs.handle('deliveries', async (id) => {
        began.push(id);
        await sleep(500);
        over = true;
      });
      jobs.wake('deliveries', 'one', Date.now());
      jobs.wake('deliveries', 'later', Date.now() + 1000);
      await until('it is under way', () => began.length === 1);

      await jobs.close();
      jobs.wake('deliveries', 'after', Date.now());

      assert.equal(over, true);
      await sleep(1000);
      assert.deepEqual(began, ['one']);
    });
  });
}
