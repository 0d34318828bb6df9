import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Lease } from '@maskwatch/contracts/scaled';
import fc from 'fast-check';
import { type IngestWord, LeaseBook } from './lease-book.ts';

const start = 1_700_000_000_000;
const stamp = { protocol: 1, version: '1.0.0', detector: { name: 'faces', sha256: 'a' } };

interface AnIngest {
  id: string;
  alive: boolean;
  leaving: boolean;
  /** It obeys its leases; false: it says that it has nothing. */
  obeys: boolean;
  cameras?: Record<string, string>;
  detector?: string;
}

/** Ingests that speak each second, and a book that is asked twice a second, on one clock. */
class World {
  now = start;
  readonly cameras: Map<string, string>;
  readonly book: LeaseBook;
  readonly ingests: AnIngest[] = [];
  readonly moves: string[] = [];
  readonly epochs = new Map<string, number>();

  constructor(count: number) {
    this.cameras = new Map(Array.from({ length: count }, (_, n) => [`c${n}`, `hash-${n}`]));
    this.book = new LeaseBook({
      cameras: this.cameras,
      refuse: ({ detector }) => (detector.sha256 === 'a' ? undefined : 'It has another model.'),
      now: start,
    });
  }

  add(id: string, change: Partial<AnIngest> = {}): AnIngest {
    const ingest = { id, alive: true, leaving: false, obeys: true, ...change };
    this.ingests.push(ingest);
    return ingest;
  }

  run(seconds: number): void {
    for (let half = 0; half < seconds * 2; half += 1) {
      if (half % 2 === 0) for (const ingest of this.ingests) this.#speak(ingest);
      this.look();
      this.now += 500;
    }
  }

  look(): void {
    this.book.look(this.now);
    for (const move of this.book.moves(this.now)) {
      const epoch = (this.epochs.get(move.cameraId) ?? 0) + 1;
      this.epochs.set(move.cameraId, epoch);
      this.book.granted(move, epoch, this.now);
      this.moves.push(`${(this.now - start) / 1000} ${move.cameraId} ${move.to}`);
    }
  }

  of(id: string): string[] {
    return (this.book.leases().get(id) ?? []).map(({ cameraId }) => cameraId);
  }

  get loads(): number[] {
    return this.ingests.filter(({ alive }) => alive).map(({ id }) => this.of(id).length);
  }

  #speak({ id, alive, leaving, obeys, cameras, detector = 'a' }: AnIngest): void {
    if (!alive) return;
    const owned: Lease[] = obeys ? (this.book.leases().get(id) ?? []) : [];
    const word: IngestWord = {
      ...{ kind: 'ingest', owned: [...owned], leaving },
      stamp: { ...stamp, detector: { name: 'faces', sha256: detector } },
      cameras: cameras ?? Object.fromEntries(this.cameras),
    };
    this.book.heard(id, word, this.now);
  }
}

test('cameras are shared by the ingests that are there, and stay where they are', () => {
  const world = new World(4);
  world.run(20);
  world.add('one');
  world.run(1);
  world.add('two');

  world.run(60);

  assert.deepEqual(world.moves, ['22 c0 one', '22 c1 two', '22 c2 one', '22 c3 two']);
});

test('cameras of an ingest that died go to the others within 6 s', () => {
  const world = new World(4);
  world.add('one');
  const two = world.add('two');
  world.run(10);
  two.alive = false;

  world.run(6);

  assert.deepEqual(world.of('one'), ['c0', 'c1', 'c2', 'c3']);
});

test('cameras of one that leaves, or that does not take them, go to the others', () => {
  const leaving = new World(2);
  leaving.add('one').leaving = true;
  leaving.add('two');
  leaving.run(3);
  assert.deepEqual(leaving.of('two'), ['c0', 'c1']);

  const idle = new World(2);
  idle.add('one', { obeys: false });
  idle.add('two');
  idle.run(30);
  assert.deepEqual(idle.moves, ['2 c0 one', '2 c1 two', '8.5 c0 two']);
});

test('a new ingest is given one camera at a time until the load is shared', () => {
  const world = new World(6);
  world.add('one');
  world.run(10);
  world.add('two');

  world.run(30);

  assert.deepEqual(world.moves.slice(6), ['10 c0 two', '15 c1 two', '20 c2 two']);
});

test('an ingest with another model, or another config of a camera, is not given it', () => {
  const world = new World(2);
  world.add('other model', { detector: 'b' });
  world.add('other config', { cameras: { c0: 'hash-0', c1: 'changed' } });
  world.add('no config', { cameras: {} });
  world.run(10);

  assert.deepEqual(world.of('other config'), ['c0']);
  const refused = world.book
    .ingests(world.now)
    .flatMap(({ id, refused: why }) => (why ? [id] : []));
  assert.deepEqual(refused, ['no config', 'other model']);
  const [ownerless] = world.book.ownerless(world.now);
  assert.equal(ownerless?.cameraId, 'c1');
  assert.match(ownerless.detail, /other settings/);
});

test('without an ingest a camera says so, and since when', () => {
  const world = new World(1);
  world.run(7);

  const [ownerless] = world.book.ownerless(world.now);

  assert.equal(ownerless?.since, start);
  assert.match(ownerless.detail, /No ingest is running/);
});

const three = [
  { cameraId: 'c0', owner: 'one', epoch: 7 },
  { cameraId: 'c1', owner: 'slow', epoch: 7 },
  { cameraId: 'c2', owner: 'gone', epoch: 7 },
];

test('a hub that starts and takes over keeps owners that speak within 4 s, with their epochs', () => {
  const world = new World(3);
  world.add('one');
  world.book.takeOver(three, world.now);
  world.run(3);
  world.add('slow');
  world.run(10);

  assert.deepEqual(world.moves, ['4 c2 one']);
  assert.deepEqual(world.book.leases().get('one')?.[0], { cameraId: 'c0', epoch: 7 });
  assert.deepEqual(world.of('slow'), ['c1']);
});

test('a hub that stood by knows at once who is gone', () => {
  const world = new World(3);
  world.add('one');
  world.add('slow');
  const gone = world.add('gone');
  world.book.takeOver(three, world.now);
  world.run(10);
  gone.alive = false;
  world.run(6);
  world.moves.length = 0;

  world.book.takeOver(three, world.now);
  world.run(1);

  assert.deepEqual(world.moves, ['16 c2 one']);
});

test('a hub that stood still itself calls nobody gone for it', () => {
  const world = new World(2);
  world.add('one');
  world.add('two');
  world.run(10);
  const before = world.moves.length;

  world.now += 15_000;
  world.look();
  world.run(10);

  assert.equal(world.moves.length, before);
});

test('a camera that is kept out is withdrawn at once and given to nobody, for which no ingest is blamed', () => {
  const world = new World(2);
  world.add('one');
  world.run(10);
  const [epoch] = [...world.epochs.values()];

  assert.equal(world.book.keepOut(new Set(['c0'])), true);
  assert.deepEqual(world.of('one'), ['c1']);
  assert.equal(world.book.keepOut(new Set(['c0'])), false);
  world.book.granted({ cameraId: 'c0', to: 'one' }, 9, world.now);
  assert.deepEqual(world.of('one'), ['c1'], 'also where it was being granted');
  world.add('two');
  world.run(60);
  assert.deepEqual(world.book.ownerless(world.now), []);
  assert.deepEqual([world.of('one'), world.of('two')], [['c1'], []]);

  world.book.keepOut(new Set());
  world.run(2);

  assert.deepEqual([world.of('one'), world.of('two')], [['c1'], ['c0']]);
  assert.equal(world.epochs.get('c0'), epoch! + 1);
  assert.equal(world.moves.length, 3);
});

test('whatever happens, then quiet: each camera has a living owner, loads are even, epochs grew', () => {
  const event = fc.record({
    what: fc.constantFrom('die', 'leave', 'join', 'come back', 'take over'),
    which: fc.nat(5),
    seconds: fc.integer({ min: 0, max: 12 }),
  });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      fc.array(event, { maxLength: 12 }),
      (count, all) => {
        const world = new World(count);
        world.add('i0');
        for (const { what, which, seconds } of all) {
          const ingest = world.ingests[which % world.ingests.length]!;
          if (what === 'die') ingest.alive = false;
          if (what === 'leave') ingest.leaving = true;
          if (what === 'come back') Object.assign(ingest, { alive: true, leaving: false });
          if (what === 'join') world.add(`i${world.ingests.length}`);
          if (what === 'take over') takeOver(world);
          world.run(seconds);
        }
        world.add(`i${world.ingests.length}`);
        world.run(12 + 5 * count);
        const settled = world.moves.length;
        world.run(30);

        const living = world.ingests.filter(({ alive, leaving }) => alive && !leaving);
        const loads = living.map(({ id }) => world.of(id).length);
        assert.equal(
          loads.reduce((sum, load) => sum + load, 0),
          count,
        );
        assert.ok(Math.max(...loads) - Math.min(...loads) <= 1, `loads ${loads}`);
        assert.equal(world.moves.length, settled, 'nothing moves without a reason');
      },
    ),
  );
});

/** Another hub becomes active, which has heard as much as the one before. */
function takeOver({ book, now }: World): void {
  const leases = [...book.leases()].flatMap(([owner, owned]) =>
    owned.map(({ cameraId, epoch }) => ({ cameraId, epoch, owner })),
  );
  book.takeOver(leases, now);
}
