import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import jpegTurbo from '@julusian/jpeg-turbo';
import type { Alert } from '@maskwatch/contracts/alert';
import { EndpointConfig } from '@maskwatch/contracts/config';
import { WebhookBody } from '@maskwatch/contracts/webhook';
import { FakeClock } from '@maskwatch/platform/clock';
import { silentLogger } from '@maskwatch/platform/logger';
import { Problem } from '@maskwatch/platform/problem';
import { aViolation, builtAt } from '@maskwatch/store/builders';
import { EvidenceFolder } from '@maskwatch/store/evidence-folder';
import type { Opening, Store } from '@maskwatch/store/store';
import { EvidenceLedger } from '../evidence/evidence-ledger.ts';
import { aCandidate, aHub } from '../testing/a-hub.ts';
import { AlertBook } from './alert-book.ts';

const jpeg = await jpegTurbo.compress(Buffer.alloc(64 * 48 * 3, 90), {
  ...{ format: jpegTurbo.FORMAT_RGB, width: 64, height: 48 },
  ...{ subsampling: jpegTurbo.SAMP_420, quality: 80 },
});

const endpoint = (id: string, picture: boolean) =>
  EndpointConfig.parse({
    ...{ id, picture, url: 'https://desk.example/hook' },
    secret: `whsec_${'a'.repeat(32)}`,
  });

async function aBook({
  faults = {},
  onFenced = () => {},
}: {
  faults?: Partial<Store>;
  onFenced?: () => void;
} = {}) {
  const { store, directory, remove } = await aHub();
  const clock = new FakeClock();
  const ledger = new EvidenceLedger();
  const told: Alert[] = [];
  const bodies: WebhookBody[] = [];
  const seen: Store = Object.assign(Object.create(store), {
    open: (opening) => {
      bodies.push(...opening.deliveries.map(({ body }) => WebhookBody.parse(JSON.parse(body))));
      return store.open(opening);
    },
    ...faults,
  } satisfies Partial<Store>);
  const book = new AlertBook({
    ...{ store: seen, ledger, clock, logger: silentLogger, publicUrl: 'http://localhost:8787' },
    files: new EvidenceFolder(join(directory, 'evidence')),
    endpoints: [endpoint('desk', true), endpoint('log', false)],
    onAlert: (alert) => told.push(alert),
    onFenced,
  });
  const offer = (trackId: string, picture: Uint8Array) => {
    const { candidate, bytes } = aCandidate(trackId, { picture });
    ledger.offer(candidate, bytes, clock.now());
  };
  const files = async () =>
    (
      await readdir(join(directory, 'evidence'), { recursive: true, withFileTypes: true }).catch(
        () => [],
      )
    )
      .filter((entry) => entry.isFile())
      .map(({ name }) => name);
  return { book, store, clock, told, bodies, offer, files, remove };
}

const full = () => Promise.reject(new Problem('store-full', 'The disk is full.'));

test('an opening keeps its pictures, and is told after the commit', async (t) => {
  const { book, store, told, bodies, offer, files, remove } = await aBook();
  t.after(remove);
  offer('track-1', jpeg);

  book.opened(aViolation({ id: 'v-1' }));
  assert.equal(told.length, 0);
  await book.stop();

  assert.deepEqual(told, [await store.alertOfViolation('v-1')]);
  assert.deepEqual(told[0]?.evidence.map(({ kind }) => kind).sort(), ['crop', 'picture']);
  assert.equal((await files()).length, 2);
  assert.equal(book.written, 2);
  const [desk, log] = bodies;
  assert.ok(desk?.data.picture !== undefined);
  assert.equal(desk.data.url, `http://localhost:8787/alerts/${told[0]?.id}`);
  assert.equal(log?.data.picture ?? log?.data.pictureMissing, undefined);
});

test('a person who breaks two rules has a picture in both alerts', async (t) => {
  const { book, told, offer, remove } = await aBook();
  t.after(remove);
  offer('track-1', jpeg);

  book.opened(aViolation({ id: 'v-1' }));
  book.opened(aViolation({ id: 'v-2', ruleId: 'kitchen' }));
  await book.stop();

  assert.deepEqual(
    told.map(({ evidence }) => evidence.length),
    [2, 2],
  );
});

test('an end that is said at once after its beginning comes after it', async (t) => {
  const { book, told, remove } = await aBook();
  t.after(remove);
  const violation = aViolation({ id: 'v-1' });

  book.opened(violation);
  book.ended({ ...violation, endedAt: builtAt + 4000, ended: 'left' }, 'left');
  book.ended({ ...violation, endedAt: builtAt + 9000, ended: 'left' }, 'left');
  await book.stop();

  assert.deepEqual(
    told.map(({ condition }) => condition),
    ['firing', 'ended'],
  );
  assert.equal(told[1]?.violation.endedAt, builtAt + 4000);
  assert.equal(book.lost, 0);
});

test('without a picture the alert and its receivers are told why', async (t) => {
  const { book, told, bodies, remove } = await aBook();
  t.after(remove);

  book.opened(aViolation({ id: 'v-1' }));
  await book.stop();

  assert.match(told[0]!.evidenceMissing!, /good enough/);
  assert.match(bodies[0]!.data.pictureMissing!, /good enough/);
});

test('a picture that cannot be drawn on is kept all the same, and its receiver is told', async (t) => {
  const { book, told, bodies, offer, remove } = await aBook();
  t.after(remove);
  offer('track-1', Uint8Array.of(1, 2, 3));

  book.opened(aViolation({ id: 'v-1' }));
  await book.stop();

  assert.equal(told[0]?.evidence.length, 2);
  assert.equal(told[0]?.evidenceMissing, undefined);
  assert.match(bodies[0]!.data.pictureMissing!, /could not be prepared/);
});

test('a camera has no picture, and none is due', async (t) => {
  const { book, told, bodies, remove } = await aBook();
  t.after(remove);
  const { trackId: _, box: __, ...violation } = aViolation({ id: 'v-1', subject: 'camera' });

  book.opened({ ...violation, state: 'unknown' });
  await book.stop();

  assert.equal(told[0]?.evidenceMissing, undefined);
  assert.equal(bodies[0]?.data.pictureMissing, undefined);
});

test('on a full disk the reserve goes first, and the alert is told without its picture', async (t) => {
  let free = false;
  const { book, store, told, offer, files, remove } = await aBook({
    faults: {
      open: (opening) => (free ? store.open(opening) : full()),
      async releaseReserve() {
        free = true;
        return true;
      },
      restoreReserve: async () => true,
    },
  });
  t.after(remove);
  offer('track-1', jpeg);

  book.opened(aViolation({ id: 'v-1' }));
  await book.stop();

  assert.equal(told.length, 1);
  assert.match(told[0]!.evidenceMissing!, /disk was full/);
  assert.deepEqual(await files(), []);
  assert.equal(book.diskFull, true);
  await book.recover();
  assert.equal(book.diskFull, false);
  assert.equal(book.lost, 0);
});

test('while the disk stays full changes wait in their order', async (t) => {
  let free = false;
  const { book, store, told, clock, remove } = await aBook({
    faults: {
      open: (opening) => (free ? store.open(opening) : full()),
      releaseReserve: async () => false,
    },
  });
  t.after(remove);
  const violation = aViolation({ id: 'v-1' });

  book.opened(violation);
  book.ended({ ...violation, endedAt: builtAt + 4000, ended: 'left' }, 'left');
  for (let n = 0; n < 3; n += 1) await clock.advance(1000);
  assert.equal(told.length, 0);
  free = true;
  for (let n = 0; n < 3; n += 1) await clock.advance(1000);
  await book.stop();

  assert.deepEqual(
    told.map(({ condition }) => condition),
    ['firing', 'ended'],
  );
});

test('places that wait for their turn cost one, and on a full disk none', async (t) => {
  const written: string[][] = [];
  const { book, remove } = await aBook({
    faults: {
      async moved(violations) {
        written.push(violations.map(({ id, lastSeenAt }) => `${id} ${lastSeenAt - builtAt}`));
        if (written.length > 1) await full();
      },
    },
  });
  t.after(remove);

  for (const seconds of [1, 2, 3]) {
    for (const id of ['v-1', 'v-2']) {
      book.moved([aViolation({ id, lastSeenAt: builtAt + seconds })]);
    }
  }
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(written, [['v-1 3', 'v-2 3']]);
  book.moved([aViolation({ id: 'v-1' })]);
  await book.stop();

  assert.equal(book.lost, 0);
  assert.equal(book.diskFull, true);
});

test('a change that cannot be committed is counted, leaves no file, and the next one goes on', async (t) => {
  let broken = true;
  const { book, store, told, offer, files, remove } = await aBook({
    faults: {
      open(opening) {
        if (!broken) return store.open(opening);
        broken = false;
        return Promise.reject(new Problem('store-damaged', 'The file is damaged.'));
      },
    },
  });
  t.after(remove);
  offer('track-1', jpeg);

  book.opened(aViolation({ id: 'v-1' }));
  book.opened(aViolation({ id: 'v-2', trackId: 'track-2' }));
  await book.stop();

  assert.equal(book.lost, 1);
  assert.deepEqual(await files(), []);
  assert.deepEqual(
    told.map(({ violation }) => violation.id),
    ['v-2'],
  );
});

const away = () => Promise.reject(new Problem('store-unreachable', 'It does not answer.'));

test('while the store is away the same opening is said again: ids, bodies and files are its own', async (t) => {
  const openings: Opening[] = [];
  const { book, store, told, clock, offer, files, remove } = await aBook({
    faults: {
      async open(opening) {
        openings.push(structuredClone(opening));
        // The first is kept, and its answer lost; a server counts the others as said again.
        if (openings.length === 1) await store.open(opening);
        return openings.length < 3 ? away() : (await store.alert(opening.alertId))!;
      },
    },
  });
  t.after(remove);
  offer('track-1', jpeg);

  book.opened(aViolation({ id: 'v-1' }));
  book.ended(aViolation({ id: 'v-1', endedAt: builtAt + 4000, ended: 'left' }), 'left');
  await until(async () => {
    await clock.advance(1000);
    return told.length === 2;
  });
  await book.stop();

  assert.equal(openings.length, 3);
  assert.deepEqual(openings[1], openings[0]);
  assert.deepEqual(openings[2], openings[0]);
  assert.equal((await store.deliveries({ limit: 9 })).length, 4);
  assert.equal((await files()).length, 2);
  assert.deepEqual(
    told.map(({ condition }) => condition),
    ['firing', 'ended'],
  );
  assert.equal(book.lost, 0);
});

test('an end whose answer was lost is told, and its deliveries are born once', async (t) => {
  let ends = 0;
  const { book, store, told, clock, remove } = await aBook({
    faults: {
      async end(ending) {
        ends += 1;
        await store.end(ending);
        return away();
      },
    },
  });
  t.after(remove);

  book.opened(aViolation({ id: 'v-1' }));
  book.ended(aViolation({ id: 'v-1', endedAt: builtAt + 4000, ended: 'left' }), 'left');
  await until(async () => {
    await clock.advance(1000);
    return told.length === 2;
  });
  await book.stop();

  assert.equal(ends, 1);
  assert.equal(told[1]?.condition, 'ended');
  assert.equal((await store.deliveries({ limit: 9 })).length, 4);
});

test('what waits is given up where another hub has taken over: no loss, and its files stay', async (t) => {
  let fenced = 0;
  const { book, store, told, clock, offer, files, remove } = await aBook({
    faults: {
      open: ({ violation }) =>
        violation.id === 'v-1'
          ? away()
          : Promise.reject(new Problem('store-fenced', 'Another hub has taken over.')),
    },
    onFenced: () => {
      fenced += 1;
    },
  });
  t.after(remove);
  offer('track-1', jpeg);
  book.opened(aViolation({ id: 'v-1' }));
  book.opened(aViolation({ id: 'v-2', trackId: 'track-2' }));
  assert.deepEqual(
    book.opening.map(({ id }) => id),
    ['v-1', 'v-2'],
  );
  await until(async () => (await files()).length === 2);
  await clock.advance(2000);

  await book.abandon();
  assert.equal((await files()).length, 2, 'a row may name them');
  book.opened(aViolation({ id: 'v-3', trackId: 'track-3' }));
  await until(() => fenced > 0);
  await book.abandon();
  await book.stop();

  assert.deepEqual(book.opening, []);
  assert.deepEqual(told, []);
  assert.equal(book.lost, 0);
  assert.deepEqual(await store.openViolations(), []);
});

test('a change that is given up between its picture and its row does not try for ever', async (t) => {
  const { book, clock, offer, remove } = await aBook({
    faults: { open: () => Promise.reject(new Problem('store-fenced', 'Another hub.')) },
  });
  t.after(remove);
  offer('track-1', jpeg);
  book.opened(aViolation({ id: 'v-1' }));
  // It has its turn, and writes its picture.
  await Promise.resolve();

  let over = false;
  void book.abandon().then(() => {
    over = true;
  });
  await until(async () => {
    await clock.advance(1000);
    return over;
  });

  assert.deepEqual([book.lost, book.opening], [0, []]);
});

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > deadline) assert.fail('not within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
