import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { logSections, readTrainingLog } from './training-log.ts';

test('reads the log that the recipe writes, and passes over what is no epoch', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'maskwatch-log-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'log.csv');
  const head = 'epoch,steps,loss,box,objectness,class,val_loss,learning_rate,seconds';
  await writeFile(
    path,
    `${head}\n1,20,0.5,0.2,0.2,0.1,0.6,0.001,9.5\n2,40,0.4,0.1,0.2,0.1,,0.001,9\n3,6`,
  );

  const epochs = await readTrainingLog(path);

  assert.deepEqual(epochs, [
    { epoch: 1, loss: 0.5, box: 0.2, objectness: 0.2, class: 0.1, validationLoss: 0.6 },
    { epoch: 2, loss: 0.4, box: 0.1, objectness: 0.2, class: 0.1, validationLoss: undefined },
  ]);
  assert.deepEqual(
    logSections(epochs).map(({ title }) => title),
    ['Loss', 'Parts of the training loss'],
  );
});

test('a run without an epoch has no log and no curves', async () => {
  const epochs = await readTrainingLog(join(tmpdir(), 'maskwatch-no-such-log.csv'));

  assert.deepEqual(logSections(epochs), []);
});
