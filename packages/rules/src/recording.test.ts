import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RuleConfig } from '@maskwatch/contracts/config';
import type { RecordingLine } from '@maskwatch/contracts/observation';
import fc from 'fast-check';
import { parseRecording, recordingLine, rehearse } from './recording.ts';
import { RuleEngine } from './rule-engine.ts';
import type { RuleEvent } from './rule-event.ts';
import { film, filmStart, outcomes, type Stay } from './testing/film.ts';

const rules: RuleConfig[] = [{ id: 'no_mask', states: ['no_mask'], hold: 3000, severity: 'high' }];
let made = 0;
const anEngine = () => new RuleEngine({ rules, zones: [], newId: () => `v${++made}` });

test('what was recorded is read back and rehearsed to the same end', () => {
  const stays: Stay[] = [{ track: 'a', from: 0, until: 6, state: 'no_mask' }];
  const text = film(stays).map(recordingLine).join('');

  const lines = parseRecording(text);

  assert.deepEqual(lines, film(stays));
  assert.deepEqual(outcomes(rehearse(lines, anEngine())), ['3.0 opened a']);
});

test('a line that is no line of a recording is named', () => {
  const [line] = film([{ track: 'a', from: 0, until: 1, state: 'mask' }]);

  assert.throws(() => parseRecording(`${recordingLine(line!)}{"observation": 1}\n`), /line 2/);
});

/**
 * What one person does next, after being lost for some seconds. Long enough that a hold, a
 * compliance or an absence which a restart interrupts is still seen in full after it: absence is
 * counted anew, for nobody knows how much of the time before was covered.
 */
const lost = fc.integer({ min: 0, max: 8 });
const seconds = (min: number, max: number) => fc.integer({ min, max });
const act = fc.oneof(
  fc.record({ does: fc.constant('bare' as const), lost, seconds: seconds(8, 15) }),
  fc.record({ does: fc.constant('masked' as const), lost, seconds: seconds(20, 22) }),
  fc.record({ does: fc.constant('away' as const), lost, seconds: seconds(22, 25) }),
);
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

/** One person's stays; a new track after each time out of sight. */
function staysOf(acts: Act[], lane: number): Stay[] {
  let until = 0;
  let track = 0;
  return acts.flatMap((next): Stay[] => {
    if (next.lost > 0 || next.does === 'away') track += 1;
    const from = until + next.lost;
    until = from + next.seconds;
    if (next.does === 'away') return [];
    const state = next.does === 'bare' ? 'no_mask' : 'mask';
    const box = [lane * 400, 100, 64, 64] as const;
    return [{ track: `p${lane}t${track}`, box, from, until, state }];
  });
}

/** As a vision process that starts again would see it: new tracks, undecided for 0.6 s. */
function withNewTracks(lines: RecordingLine[]): RecordingLine[] {
  const first = lines.find((line) => 'observation' in line)?.observation.capturedAt ?? 0;
  return lines.map((line) => {
    if (!('observation' in line)) return line;
    const { capturedAt } = line.observation;
    const tracks = line.observation.tracks.map((track) => ({
      ...track,
      id: `${track.id}-again`,
      firstSeenAt: Math.max(first, track.firstSeenAt),
      stateSince: Math.max(first, track.stateSince),
      state: capturedAt < first + 600 ? ('unknown' as const) : track.state,
    }));
    return { observation: { ...line.observation, tracks } };
  });
}

/** Four acts of at most 33 s. */
const filmSeconds = 132;
const opened = (events: RuleEvent[]) => events.filter(({ kind }) => kind === 'opened').length;
const people = fc.array(fc.array(act, { minLength: 1, maxLength: 4 }), {
  minLength: 1,
  maxLength: 3,
});

test('a recording split anywhere by a restart makes as many violations', () => {
  fc.assert(
    fc.property(
      people,
      fc.noBias(fc.integer({ min: 0, max: filmSeconds * 5 })),
      fc.boolean(),
      (all, cut, anew) => {
        const lines = film(all.flatMap(staysOf), { until: filmSeconds });
        const whole = opened(rehearse(lines, anEngine()));

        const before = anEngine();
        const first = opened(rehearse(lines.slice(0, cut), before));
        const after = anEngine();
        after.restore(before.open());
        const rest = lines.slice(cut);
        const second = opened(rehearse(anew ? withNewTracks(rest) : rest, after));

        assert.equal(first + second, whole);
      },
    ),
    { numRuns: 200, seed: 3 },
  );
});

test('whatever happens, every opening is ended once at the end of the film', () => {
  fc.assert(
    fc.property(people, (all) => {
      const engine = anEngine();
      const events = rehearse(film(all.flatMap(staysOf), { until: 60 }), engine);
      events.push(...engine.finish('door', filmStart + 60_000));

      const ids = (kind: RuleEvent['kind']) =>
        events.filter((event) => event.kind === kind).map(({ violation }) => violation.id);
      assert.deepEqual(ids('ended').toSorted(), ids('opened').toSorted());
      assert.equal(new Set(ids('opened')).size, ids('opened').length);
    }),
    { numRuns: 100, seed: 3 },
  );
});
