import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Camera } from '@maskwatch/contracts/camera';
import { Status } from '@maskwatch/contracts/http';
import type { Model } from '@maskwatch/contracts/model';
import { loadPair, modelsOf } from '@maskwatch/runtime/model-pair';
import { modelsFolder } from '@maskwatch/runtime/registry';
import { aHub } from '../../testing/a-hub.ts';

const names = { detector: 'face-yolov4-mobilenetv2', classifier: 'mask-mobilenetv2' };
const shipped = modelsOf(await loadPair(names, modelsFolder({})));

/** The states of /status, and from which size on a face of the camera is judged. */
async function told(models: Model[]): Promise<{ states: string[]; smallestJudged: number }> {
  const hub = await aHub({ models });
  try {
    const { port } = await hub.hub.start();
    const ask = async (path: string) =>
      (await fetch(`http://127.0.0.1:${port}/api/v1${path}`)).json();
    const { states } = Status.parse(await ask('/status'));
    const { smallestJudged } = Camera.parse(await ask('/cameras/gate'));
    return { states, smallestJudged };
  } finally {
    await hub.remove();
  }
}

test('the status tells the states that the classifier knows', async () => {
  const classifier: Model = { ...shipped.classifier!, classes: ['mask', 'no_mask'] };
  assert.deepEqual(await told([shipped.detector, classifier]), {
    states: ['mask', 'no_mask'],
    smallestJudged: 32,
  });
});

test('of a detector that judges by itself it tells those of its classes', async () => {
  const judges = { threshold: 0.6, smallestFace: 24 };
  const detector: Model = { ...shipped.detector, classes: ['no_mask', 'ignore'], judges };
  assert.deepEqual(await told([detector]), { states: ['no_mask'], smallestJudged: 24 });
});
