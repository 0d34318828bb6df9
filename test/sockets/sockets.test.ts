/** The short form of `npm run test:sockets`: the hub command twice, on real engines. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runSockets } from './sockets-run.ts';

test('each viewer of two hubs is told of each alert, also beside viewers that read nothing', async (t) => {
  const { phases, missed, alerts, pictures } = await runSockets({
    ...{ viewers: 100, slow: 20, cameras: 4, rounds: 1, phaseS: 5, longS: 5 },
    print: (line) => t.diagnostic(line),
  });

  assert.ok(alerts > 0, 'nothing was raised');
  assert.equal(missed, 0);
  assert.equal(pictures.dropped, 0);
  for (const { name, messagesPerSecond, hubs, holes, lost } of phases) {
    t.diagnostic(`${name}: ${messagesPerSecond.toFixed(0)} messages/s, ${holes} holes`);
    assert.equal(lost, 0, `${name}: a viewer was cut off`);
    assert.equal(hubs.length, 2);
  }
});
