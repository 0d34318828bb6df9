import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IngestMessage } from '@maskwatch/contracts/bus';
import type { Observation } from '@maskwatch/contracts/observation';
import type { HubBus, IngestBus } from './bus.ts';

export interface BusPair {
  hub: HubBus;
  ingest: IngestBus;
  /** Keeps the hub from reading, and lets it go on. */
  stopReading(): void;
  goOn(): void;
  /** Pictures that were sent and never shown, wherever they were counted. */
  picturesDropped(): number;
  close(): Promise<void>;
}

function observation(sequence: number): Observation {
  return {
    cameraId: 'gate',
    sequence,
    capturedAt: sequence,
    width: 1280,
    height: 720,
    tracks: [],
    coveredMs: 200,
  };
}

async function settled(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!condition()) {
    if (Date.now() > deadline) assert.fail('not within 5 s');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** What every bus promises, whatever it runs on. */
export function busContract(name: string, open: () => Promise<BusPair>): void {
  test(`${name}: messages arrive with their own bytes, observations in order`, async (t) => {
    const pair = await open();
    t.after(() => pair.close());
    const seen: string[] = [];
    pair.hub.onMessage((message, bytes) => {
      if ('observation' in message) seen.push(`${message.observation.sequence}: ${[...bytes]}`);
    });
    pair.hub.send({ kind: 'watched', cameraIds: ['gate'] });

    pair.ingest.send({ kind: 'observation', observation: observation(1) });
    pair.ingest.send({ kind: 'picture', observation: observation(2) }, [
      Uint8Array.of(1, 2),
      Uint8Array.of(3),
    ]);
    pair.ingest.send({ kind: 'observation', observation: observation(3) });
    await settled(() => seen.length === 3);

    // A picture is for eyes: it may come after the observation that follows it.
    assert.deepEqual(seen.toSorted(), ['1: ', '2: 1,2,3', '3: ']);
    assert.ok(seen.indexOf('1: ') < seen.indexOf('3: '));
  });

  test(`${name}: the hub reaches the owner`, async (t) => {
    const pair = await open();
    t.after(() => pair.close());
    const seen: unknown[] = [];
    pair.ingest.onMessage((message) => seen.push(message));

    pair.hub.send({ kind: 'watched', cameraIds: ['gate'] });
    await settled(() => seen.length === 1);

    assert.deepEqual(seen, [{ kind: 'watched', cameraIds: ['gate'] }]);
  });

  test(`${name}: a hub that does not read costs pictures, never observations, and all is counted`, async (t) => {
    const pair = await open();
    t.after(() => pair.close());
    const seen: IngestMessage[] = [];
    pair.hub.onMessage((message) => seen.push(message));
    pair.hub.send({ kind: 'watched', cameraIds: ['gate'] });
    pair.stopReading();

    const jpeg = new Uint8Array(100_000);
    for (let n = 0; n < 50; n += 1) {
      pair.ingest.send({ kind: 'picture', observation: observation(n) }, [jpeg]);
      pair.ingest.send({ kind: 'observation', observation: observation(n) });
    }
    pair.goOn();
    await settled(() => seen.filter(({ kind }) => kind === 'observation').length === 50);

    const pictures = () => seen.filter(({ kind }) => kind === 'picture').length;
    await settled(() => pictures() + pair.picturesDropped() === 50);
    assert.ok(pictures() < 50);
    assert.equal(pair.ingest.dropped.observation, undefined);
  });

  test(`${name}: an owner learns that its hub is gone`, async (t) => {
    const pair = await open();
    t.after(() => pair.close());
    let closed = false;
    pair.ingest.onClosed(() => {
      closed = true;
    });

    await pair.hub.close();
    await settled(() => closed);
  });
}
