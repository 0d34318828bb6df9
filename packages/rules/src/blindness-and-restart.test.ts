import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RuleConfig } from '@maskwatch/contracts/config';
import { Hold, Violation } from '@maskwatch/contracts/violation';
import { rehearse } from './recording.ts';
import { RuleEngine } from './rule-engine.ts';
import { film, filmStart, outcomes, type Stay } from './testing/film.ts';

const noMask: RuleConfig = { id: 'no_mask', states: ['no_mask'], hold: 3000, severity: 'high' };

function anEngine({ rules = [noMask], prefix = 'v' } = {}) {
  let made = 0;
  return new RuleEngine({ rules, zones: [], newId: () => `${prefix}${++made}` });
}

const at = (second: number) => filmStart + second * 1000;
const bare = (from: number, until: number, more: Partial<Stay> = {}): Stay => ({
  track: 'a',
  from,
  until,
  state: 'no_mask',
  ...more,
});

test('blindness suspends a hold: it goes on where it stopped', () => {
  const engine = anEngine();
  const lines = film([bare(0, 30)], { silences: [[2, 20]] });

  const before = rehearse(lines.slice(0, 10), engine);
  engine.suspend('door', at(17));
  const waiting = engine.check(at(19));
  const after = rehearse(lines.slice(10), engine);

  assert.deepEqual(outcomes([...before, ...waiting, ...after]), ['20.2 opened a']);
});

test('blindness of up to 40 s keeps a violation, and its person may have a new track', () => {
  const engine = anEngine();
  const lines = film([bare(0, 10), bare(45, 60, { track: 'b' })], { silences: [[10, 45]] });

  const before = rehearse(lines.slice(0, 50), engine);
  engine.suspend('door', at(13));
  const waiting = engine.check(at(44));
  const after = rehearse(lines.slice(50), engine);

  assert.deepEqual(outcomes([...before, ...waiting, ...after]), ['3.0 opened a']);
});

test('40 s of blindness end a violation as camera-lost, without waiting for the camera', () => {
  const engine = anEngine();
  const before = rehearse(film([bare(0, 10)]), engine);
  engine.suspend('door', at(13));

  const waiting = engine.check(at(53.5));

  assert.deepEqual(outcomes([...before, ...waiting]), ['3.0 opened a', '13.0 ended a camera-lost']);
  assert.deepEqual(engine.check(at(60)), []);
});

test('a restart re-attaches by track, or by place and state when the tracks are new', () => {
  const before = anEngine();
  rehearse(film([bare(0, 10)]), before);
  const stored = before.open().map((violation) => Violation.parse(violation));

  for (const track of ['a', 'b']) {
    const engine = anEngine({ prefix: 'w' });
    engine.restore(stored);
    const lines = film([bare(0, 10), bare(12, 30, { track })], { silences: [[0, 12]] });
    const events = rehearse(lines, engine);
    assert.deepEqual(outcomes(events), [], `track ${track}`);
    assert.deepEqual(
      engine.open().map(({ id, trackId }) => [id, trackId]),
      [['v1', track]],
    );
  }
});

test('a restart carries a hold on, by track or by place, and opens one violation', () => {
  const before = anEngine();
  rehearse(film([bare(0, 2.2)]), before);
  const kept = before.holds().map((hold) => Hold.parse(hold));
  assert.deepEqual(
    kept.map(({ trackId, heldMs }) => [trackId, heldMs]),
    [['a', 2000]],
  );

  for (const track of ['a', 'b']) {
    const engine = anEngine({ prefix: 'w' });
    engine.restore([], kept);
    const lines = film([bare(0, 2), bare(8, 20, { track })], { silences: [[0, 8]] });
    assert.deepEqual(outcomes(rehearse(lines, engine)), [`9.0 opened ${track}`]);
    assert.deepEqual(engine.holds(), []);
  }
});

test('a hold of a rule that the config no longer has is given up', () => {
  const before = anEngine();
  rehearse(film([bare(0, 2.2)]), before);
  const engine = anEngine({ rules: [] });
  engine.restore([], before.holds());

  assert.deepEqual(engine.holds(), []);
});

test('after a restart of more than 40 s the violation ends as camera-lost', () => {
  const before = anEngine();
  rehearse(film([bare(0, 10)]), before);
  const engine = anEngine({ prefix: 'w' });
  engine.restore(before.open());

  const events = rehearse(film([bare(55, 65)], { silences: [[0, 55]] }), engine);

  assert.deepEqual(outcomes(events), ['9.0 ended a camera-lost', '58.0 opened a']);
});

test('a violation of a rule that the config no longer has ends as left', () => {
  const before = anEngine();
  rehearse(film([bare(0, 10)]), before);
  const engine = anEngine({ rules: [] });
  engine.restore(before.open());

  const events = rehearse(film([bare(0, 30)], { silences: [[0, 12]] }), engine);

  assert.deepEqual(outcomes(events), ['9.0 ended a left']);
});

test('a hold that was reached after it was kept opens no second violation', () => {
  for (const track of ['a', 'b']) {
    const before = anEngine();
    const lines = film([bare(0, 10)]);
    rehearse(lines.slice(0, 15), before);
    const kept = before.holds();
    rehearse(lines.slice(15, 17), before);
    const engine = anEngine({ prefix: 'w' });
    engine.restore(before.open(), kept);

    const silences: [number, number][] = [[0, 6]];
    const events = rehearse(film([bare(0, 3.4), bare(6, 25, { track })], { silences }), engine);

    assert.equal(kept.length, 1);
    assert.deepEqual(outcomes(events), [], `track ${track}`);
    assert.deepEqual(
      engine.open().map(({ id }) => id),
      ['v1'],
    );
  }
});
