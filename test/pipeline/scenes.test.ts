import assert from 'node:assert/strict';
import { test } from 'node:test';
import { summarise } from '../scenes/evaluate.ts';
import { runScenes } from './run-scenes.ts';
import { sceneTable } from './scene-table.ts';

test('on films with known truth each bare person raises one alert, and nobody else does', async (t) => {
  const reports = await runScenes({ few: true });
  t.diagnostic(sceneTable(reports));

  const figures = summarise(reports);
  assert.equal(figures.unexpectedAlerts, 0);
  assert.deepEqual(figures.missedAlerts, []);
  assert.deepEqual(figures.undecided, []);
  assert.ok(figures.tracksPerPerson <= 1.2, `${figures.tracksPerPerson} tracks a person`);
  assert.ok(figures.wrongChangesPerTrackMinute <= 1);
  assert.ok(figures.slowestDecisionMs <= 1500, `decided after ${figures.slowestDecisionMs} ms`);
});
