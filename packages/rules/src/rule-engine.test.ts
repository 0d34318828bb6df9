import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RuleConfig, ZoneConfig } from '@maskwatch/contracts/config';
import { Trace } from '@maskwatch/contracts/violation';
import { rehearse } from './recording.ts';
import { RuleEngine } from './rule-engine.ts';
import { film, filmStart, outcomes, type Stay } from './testing/film.ts';

const noMask: RuleConfig = { id: 'no_mask', states: ['no_mask'], hold: 3000, severity: 'high' };
const left: ZoneConfig = {
  id: 'left',
  camera: 'door',
  points: [
    [0, 0],
    [0.5, 0],
    [0.5, 1],
    [0, 1],
  ],
};

function anEngine(given: { rules?: RuleConfig[]; zones?: ZoneConfig[] } = {}) {
  const { rules = [noMask], zones = [] } = given;
  let made = 0;
  return new RuleEngine({ rules, zones, newId: () => `v${++made}` });
}

const at = (second: number) => filmStart + second * 1000;
const bare = (from: number, until: number, more: Partial<Stay> = {}): Stay => ({
  track: 'a',
  from,
  until,
  state: 'no_mask',
  ...more,
});
const run = (stays: Stay[], options = {}, engine = anEngine()) =>
  outcomes(rehearse(film(stays, options), engine));

test('fires once after 3 s, however long it goes on', () => {
  assert.deepEqual(run([bare(1, 60)]), ['4.0 opened a']);
});

test('does not fire before the hold is reached', () => {
  assert.deepEqual(run([bare(1, 4)]), []);
});

test('fires once however the box flickers', () => {
  const stays = Array.from({ length: 40 }, (_, i) =>
    bare(i * 0.4, i * 0.4 + 0.4, { seen: i % 2 === 0 }),
  );

  assert.equal(run(stays).length, 1);
});

test('unknown pauses the hold for up to 2 s', () => {
  const stays = [bare(0, 2), bare(2, 3.8, { state: 'unknown' }), bare(3.8, 8)];

  // 1.8 s before the pause and 1.2 s after it.
  assert.deepEqual(run(stays), ['5.0 opened a']);
});

test('after 2 s of unknown the hold starts again', () => {
  const stays = [bare(0, 2), bare(2, 4.6, { state: 'unknown' }), bare(4.6, 10)];

  assert.deepEqual(run(stays), ['7.6 opened a']);
});

test('another settled state resets the hold', () => {
  const stays = [bare(0, 2.8), bare(2.8, 3.2, { state: 'mask' }), bare(3.2, 10)];

  assert.deepEqual(run(stays), ['6.2 opened a']);
});

test('the violation started when the state began, which the first look decides', () => {
  const lines = film([bare(0, 0.6, { state: 'unknown' }), bare(0.6, 6)]);
  for (const line of lines) {
    if ('observation' in line)
      for (const track of line.observation.tracks) track.stateSince = at(0);
  }

  const [opened] = rehearse(lines, anEngine());

  assert.equal(opened?.violation.startedAt, at(0));
  assert.equal(opened?.violation.openedAt, at(3.6));
});

test('incorrect fires only in a rule that names it, and both states make one violation', () => {
  const stays = [bare(0, 2, { state: 'incorrect' }), bare(2, 6)];
  const both: RuleConfig = { ...noMask, id: 'both', states: ['no_mask', 'incorrect'] };

  const events = rehearse(film(stays), anEngine({ rules: [noMask, both] }));

  assert.deepEqual(
    events.filter(({ kind }) => kind === 'opened').map(({ violation }) => violation.ruleId),
    ['both', 'no_mask'],
  );
});

test('masks on a compliant scene raise none', () => {
  const stays = [bare(0, 60, { state: 'mask' }), bare(5, 40, { track: 'b', state: 'unknown' })];

  assert.deepEqual(run(stays), []);
});

test('two people are two alerts', () => {
  const stays = [bare(0, 10), bare(1, 10, { track: 'b', box: [200, 100, 64, 64] })];

  assert.deepEqual(run(stays), ['3.0 opened a', '4.0 opened b']);
});

test('3 s of a settled allowed state end it as complied, when that state began', () => {
  const stays = [bare(0, 6), bare(6, 12, { state: 'mask' })];

  assert.deepEqual(run(stays), ['3.0 opened a', '6.0 ended a complied']);
});

test('a short allowed state does not end it', () => {
  const stays = [bare(0, 6), bare(6, 8.8, { state: 'mask' }), bare(8.8, 20)];

  assert.deepEqual(run(stays), ['3.0 opened a']);
});

test('10 s without the person end it as left, when the person was last seen', () => {
  assert.deepEqual(run([bare(0, 6)], { until: 20 }), ['3.0 opened a', '5.8 ended a left']);
});

test('leaving and coming back near by within 10 s is one violation', () => {
  const stays = [bare(0, 6), bare(13, 20, { track: 'b', box: [250, 100, 64, 64] })];

  assert.deepEqual(run(stays), ['3.0 opened a']);
});

test('coming back after 10 s is a second violation', () => {
  const stays = [bare(0, 6), bare(17, 22, { track: 'b' })];

  assert.deepEqual(run(stays), ['3.0 opened a', '5.8 ended a left', '20.0 opened b']);
});

test('coming back more than three face widths away is a second violation', () => {
  const stays = [bare(0, 6), bare(8, 14, { track: 'b', box: [310, 100, 64, 64] })];

  assert.deepEqual(run(stays), ['3.0 opened a', '11.0 opened b']);
});

test('an id switch re-attaches the violation, and its hold before that', () => {
  const open = [
    bare(0, 6),
    bare(6.4, 7, { track: 'b', state: 'unknown' }),
    bare(7, 20, { track: 'b' }),
  ];
  const events = rehearse(film(open), anEngine());
  assert.deepEqual(outcomes(events), ['3.0 opened a']);
  assert.equal(events.at(-1)?.violation.trackId, 'b');
  assert.equal(events.at(-1)?.violation.unsure, false);

  const pending = [
    bare(0, 2),
    bare(2.4, 3, { track: 'b', state: 'unknown' }),
    bare(3, 9, { track: 'b' }),
  ];
  const opened = rehearse(film(pending), anEngine())[0];
  assert.equal(opened?.violation.startedAt, at(0));
  assert.equal(opened?.violation.openedAt, at(4.2));
});

test('a bystander who was there before the person left is not that person', () => {
  const stays = [
    bare(0, 6),
    bare(0, 8, { track: 'b', state: 'mask', box: [180, 100, 64, 64] }),
    bare(8, 14, { track: 'b', box: [180, 100, 64, 64] }),
  ];

  assert.deepEqual(run(stays), ['3.0 opened a', '11.0 opened b']);
});

test('of two candidates both re-attach, flagged unsure, and no second alert is made', () => {
  const stays = [
    bare(0, 6),
    bare(8, 20, { track: 'b', box: [40, 100, 64, 64] }),
    bare(8, 20, { track: 'c', box: [170, 100, 64, 64] }),
  ];

  const events = rehearse(film(stays), anEngine());

  assert.deepEqual(outcomes(events), ['3.0 opened a']);
  assert.equal(events.at(-1)?.violation.unsure, true);
});

test('two people whose tracks both break off keep one alert each', () => {
  const stays = [
    bare(0, 6),
    bare(0, 6, { track: 'b', box: [200, 100, 64, 64] }),
    bare(7, 14, { track: 'd', box: [190, 100, 64, 64] }),
    bare(8, 14, { track: 'c', box: [110, 100, 64, 64] }),
  ];

  const engine = anEngine();
  const events = rehearse(film(stays), engine);

  assert.deepEqual(outcomes(events), ['3.0 opened a', '3.0 opened b']);
  assert.deepEqual(
    engine.open().map(({ trackId }) => trackId),
    ['c', 'd'],
  );
});

test('tracks that may have swapped in a crossing carry the violation on, flagged', () => {
  const stays = [
    bare(0, 6, { box: (s) => [100 + s * 30, 100, 64, 64] }),
    bare(0, 6, { track: 'b', state: 'mask', box: (s) => [460 - s * 30, 100, 64, 64] }),
    bare(6, 6.4, { state: 'unknown', unsure: true, box: [280, 100, 64, 64] }),
    bare(6, 6.4, { track: 'b', state: 'unknown', unsure: true, box: [285, 100, 64, 64] }),
    bare(6.4, 7, { state: 'unknown', box: [300, 100, 64, 64] }),
    bare(6.4, 7, { track: 'b', state: 'unknown', box: [260, 100, 64, 64] }),
    bare(7, 16, { state: 'mask', box: (s) => [100 + s * 30, 100, 64, 64] }),
    bare(7, 16, { track: 'b', box: (s) => [460 - s * 30, 100, 64, 64] }),
  ];

  const engine = anEngine();

  assert.deepEqual(run(stays, {}, engine), ['3.0 opened a']);
  assert.deepEqual(
    engine.open().map(({ trackId, unsure }) => [trackId, unsure]),
    [['b', true]],
  );
});

test('only the bottom centre of the face decides about the zone, and its edge may flicker', () => {
  const rule: RuleConfig = { ...noMask, zones: ['left'] };
  const engine = () => anEngine({ rules: [rule], zones: [left] });
  const outside = [bare(0, 10, { box: [610, 100, 64, 64] })];
  const inside = [bare(0, 10, { box: [600, 100, 64, 64] })];
  const edge = [
    bare(0, 12, { box: (s) => [Math.round(s * 5) % 3 === 0 ? 612 : 604, 100, 64, 64] }),
  ];

  assert.deepEqual(run(outside, {}, engine()), []);
  assert.deepEqual(run(inside, {}, engine()), ['3.0 opened a']);
  assert.equal(run(edge, {}, engine()).length, 1);
});

test('who walks into the zone starts the violation there, and leaves it by walking out', () => {
  const rule: RuleConfig = { ...noMask, zones: ['left'] };
  const box = (s: number) => [s >= 5 && s < 15 ? 300 : 900, 100, 64, 64] as const;

  const events = rehearse(film([bare(0, 30, { box })]), anEngine({ rules: [rule], zones: [left] }));

  assert.deepEqual(outcomes(events), ['8.0 opened a', '14.8 ended a left']);
  assert.equal(events[0]?.violation.startedAt, at(5));
});

test('a rule holds only for the cameras it names, and for all where it names none', () => {
  const elsewhere: RuleConfig = { ...noMask, cameras: ['hall'] };

  assert.deepEqual(run([bare(0, 6)], {}, anEngine({ rules: [elsewhere] })), []);
  assert.deepEqual(run([bare(0, 6)], { cameraId: 'hall' }, anEngine({ rules: [elsewhere] })), [
    '3.0 opened a',
  ]);
});

test('what is late opens nothing, and the next that is not does', () => {
  const engine = anEngine();
  const lines = film([bare(0, 8)]);

  const late = lines
    .slice(0, 30)
    .flatMap((line) =>
      'observation' in line ? engine.observe(line.observation, { late: true }) : [],
    );
  assert.deepEqual(outcomes(late), []);

  assert.deepEqual(outcomes(rehearse(lines.slice(30), engine)), ['6.0 opened a']);
});

test('an observation that is older than the last one is passed over', () => {
  const engine = anEngine();
  const lines = film([bare(0, 3)]);

  const events = rehearse([...lines, ...lines, ...lines], engine);

  assert.deepEqual(outcomes(events), []);
});

test('an owner that starts again with an earlier clock is heard', () => {
  const engine = anEngine();
  rehearse(film([bare(3600, 3602)], { silences: [[0, 3600]] }), engine);

  const events = rehearse(film([bare(0, 6, { track: 'b' })]), engine);

  assert.deepEqual(outcomes(events), ['3.0 opened b']);
});

test('the end of a film ends what is open, and the next film starts afresh', () => {
  const engine = anEngine();
  const first = rehearse(film([bare(0, 6)]), engine);

  const end = engine.finish('door', at(6));
  const second = rehearse(film([bare(0, 6)]), engine);

  assert.deepEqual(outcomes([...first, ...end]), ['3.0 opened a', '6.0 ended a end-of-film']);
  assert.deepEqual(outcomes(second), ['3.0 opened a']);
});

test('an open violation tells where its person is about once a second', () => {
  const events = rehearse(film([bare(0, 13)]), anEngine());

  assert.equal(events.filter(({ kind }) => kind === 'moved').length, 9);
});

test('the version of a rule changes with the rule and its zones, not with the order of keys', () => {
  const versionOf = (rule: RuleConfig, zones: ZoneConfig[] = []) =>
    rehearse(film([bare(0, 6)]), anEngine({ rules: [rule], zones }))[0]?.violation.ruleVersion;
  const turned: RuleConfig = { severity: 'high', hold: 3000, states: ['no_mask'], id: 'no_mask' };

  assert.equal(versionOf(turned), versionOf(noMask));
  assert.notEqual(versionOf({ ...noMask, hold: 2000 }), versionOf(noMask));
  const zoned: RuleConfig = { ...noMask, zones: ['left'] };
  const moved = { ...left, points: [...left.points.slice(0, 3), [0, 0.9]] } as ZoneConfig;
  assert.notEqual(versionOf(zoned, [moved]), versionOf(zoned, [left]));
});

test('the first condition of a trace that does not hold says why a track did not fire', () => {
  const rule: RuleConfig = { ...noMask, zones: ['left'] };
  const elsewhere: RuleConfig = { ...noMask, id: 'elsewhere', cameras: ['hall'] };
  const engine = anEngine({ rules: [rule, elsewhere], zones: [left] });
  const stays = [
    bare(0, 6, { poster: true }),
    bare(4, 6, { track: 'b' }),
    bare(0, 6, { track: 'c', state: 'mask' }),
    bare(0, 6, { track: 'd', state: 'unknown' }),
    bare(0, 6, { track: 'e', state: 'unknown', box: [100, 100, 20, 20] }),
    bare(0, 6, { track: 'f', box: [900, 100, 64, 64] }),
  ];

  rehearse(film(stays), engine);

  const traces = engine.traces('door').map((trace) => Trace.parse(trace));
  const answers = traces
    .filter(({ ruleId }) => ruleId === 'no_mask')
    .map(({ trackId, conditions }) => [trackId, conditions.find(({ holds }) => !holds)?.condition]);
  assert.deepEqual(Object.fromEntries(answers), {
    a: undefined,
    b: 'hold',
    c: 'state',
    d: 'votes',
    e: 'size',
    f: 'zone',
  });
  assert.ok(
    traces.filter((t) => t.ruleId === 'elsewhere').every((t) => t.conditions[0]?.holds === false),
  );
  const names = ['camera', 'zone', 'poster', 'size', 'votes', 'state', 'hold', 'violation'];
  assert.deepEqual(
    traces[0]?.conditions.map(({ condition }) => condition),
    names,
  );
});
