import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { silentLogger } from '@maskwatch/platform/logger';
import { until } from '@maskwatch/platform/testing/until';
import { anEvidence, anOpening } from '@maskwatch/store/builders';
import { EvidenceFolder } from '@maskwatch/store/evidence-folder';
import { Retention, type RetentionLimits } from './retention.ts';
import { Outbox } from './testing/outbox.ts';

const hour = 3_600_000;
const closing: Outbox[] = [];
afterEach(async () => {
  for (const box of closing.splice(0)) await box.close();
});

class Kept {
  readonly box: Outbox;
  readonly directory: string;

  constructor(box: Outbox) {
    this.box = box;
    this.directory = join(box.directory, 'evidence');
    mkdirSync(this.directory);
  }

  limits(change: Partial<RetentionLimits> = {}): RetentionLimits {
    const limits = { pictures: 72 * hour, picturesLimit: 1e9, alerts: 720 * hour };
    return { ...limits, files: new EvidenceFolder(this.directory), ...change };
  }

  retention(change: Partial<RetentionLimits> = {}): Retention {
    const { store, clock } = this.box;
    return new Retention({ store, clock, logger: silentLogger, limits: this.limits(change) });
  }

  file(path: string): string {
    return join(this.directory, path);
  }

  /** An ended alert of some age with one picture of 1000 bytes, dated like the alert. */
  async alert(name: string, ageMs: number, path = `${name}.jpg`): Promise<void> {
    const at = this.box.clock.now() - ageMs;
    const picture = anEvidence({ id: `e-${name}`, alertId: `a-${name}`, path, capturedAt: at });
    mkdirSync(dirname(this.file(path)), { recursive: true });
    writeFileSync(this.file(path), Buffer.alloc(1000));
    utimesSync(this.file(path), at / 1000, at / 1000);
    const { store } = this.box;
    await store.open(anOpening(name, { evidence: [picture], violation: { startedAt: at } }));
    await store.end({ violationId: `v-${name}`, endedAt: at + 1, ended: 'left', deliveries: [] });
  }
}

async function kept(): Promise<Kept> {
  const box = await new Outbox().open();
  closing.push(box);
  return new Kept(box);
}

describe('retention', () => {
  it('removes pictures above their age, files and rows, and leaves the alert', async () => {
    const here = await kept();
    await here.alert('old', 73 * hour, 'day/old.jpg');
    await here.alert('young', 71 * hour);

    await here.retention().run();

    assert.equal(existsSync(here.file('day/old.jpg')), false);
    assert.equal(existsSync(here.file('young.jpg')), true);
    const alert = await here.box.store.alert('a-old');
    assert.deepEqual(alert?.evidence, []);
    assert.match(alert?.evidenceMissing ?? '', /retention/);
    assert.equal((await here.box.store.alert('a-young'))?.evidence.length, 1);
  });

  it('removes the oldest pictures above the limit in bytes, and no more', async () => {
    const here = await kept();
    for (let index = 1; index <= 250; index += 1) await here.alert(`${index}`, index * 60_000);

    await here.retention({ picturesLimit: 20_500 }).run();

    assert.equal(await here.box.store.evidenceBytes(), 20_000);
    assert.equal(existsSync(here.file('20.jpg')), true);
    assert.equal(existsSync(here.file('21.jpg')), false);
    assert.equal(readdirSync(here.directory).length, 20);
  });

  it('forgets alerts above their age with their pictures, however long those were to stay', async () => {
    const here = await kept();
    await here.alert('old', 721 * hour);
    await here.alert('young', 719 * hour);

    await here.retention({ pictures: 9999 * hour }).run();

    assert.equal(await here.box.store.alert('a-old'), undefined);
    assert.equal(existsSync(here.file('old.jpg')), false);
    assert.equal((await here.box.store.alert('a-young'))?.evidence.length, 1);
  });

  it('removes files that no row knows once they are old', async () => {
    const here = await kept();
    const at = (here.box.clock.now() - 73 * hour) / 1000;
    for (const name of ['stray.jpg', 'fresh.jpg']) writeFileSync(here.file(name), 'x');
    utimesSync(here.file('stray.jpg'), at, at);

    await here.retention().run();

    assert.deepEqual(readdirSync(here.directory), ['fresh.jpg']);
  });

  it('keeps the row of a file that cannot be removed, and goes on with the rest', async () => {
    const here = await kept();
    await here.alert('stuck', 80 * hour);
    await here.alert('old', 75 * hour);
    const stuck = anEvidence({
      id: 'e-out',
      alertId: 'a-out',
      path: '../outside.jpg',
      capturedAt: 0,
    });
    await here.box.store.open(anOpening('out', { evidence: [stuck] }));
    writeFileSync(join(here.box.directory, 'outside.jpg'), 'x');

    await here.retention().run();

    assert.equal(existsSync(join(here.box.directory, 'outside.jpg')), true);
    assert.equal((await here.box.store.evidence('e-out'))?.id, 'e-out');
    assert.equal(existsSync(here.file('old.jpg')), false);
  });

  it('runs on the timer of the deliveries', async () => {
    const here = await kept();
    await here.alert('1', 0);
    await here.box.deliver([], { retention: here.limits() });

    await here.box.clock.advance(71 * hour);
    assert.equal(existsSync(here.file('1.jpg')), true);
    await here.box.clock.advance(hour);

    // Files take real time, which the clock does not wait for.
    await until('its file is gone', async () => {
      await here.box.clock.advance(60_000);
      return !existsSync(here.file('1.jpg'));
    });
  });

  it('leaves nothing of a forgotten alert in the database or its log', async () => {
    const here = await kept();
    await here.alert('canary-in-an-id', 721 * hour);
    const read = (name: string) => readFileSync(join(here.box.directory, name), 'latin1');
    const all = () => read('maskwatch.db') + read('maskwatch.db-wal');
    assert.match(all(), /canary-in-an-id/);

    await here.retention().run();

    assert.doesNotMatch(all(), /canary-in-an-id/);
  });
});
