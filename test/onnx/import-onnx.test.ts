import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { floatTensor, type Graph, int, int64Tensor, ints, type Node } from '@maskwatch/onnx/graph';
import { writeOnnx } from '@maskwatch/onnx/onnx-writer';
import { openDetector } from '@maskwatch/runtime/detector';
import { loadDetector } from '@maskwatch/runtime/registry';
import { readPicture } from '@maskwatch/training/dataset/decode-picture';
import { detectorGeometry, fillDetectorInput } from '@maskwatch/vision/letterbox';
import { rgbPicture } from '@maskwatch/vision/picture';
import { importModel } from 'maskwatch/import/import-model';
import type { ImportOptions } from 'maskwatch/import/import-options';
import { randomNumbers } from './darknet-networks.ts';

const folder = mkdtempSync(join(tmpdir(), 'maskwatch-onnx-import-'));
after(() => rmSync(folder, { recursive: true }));

const portrait = join(import.meta.dirname, '../scenes/portraits/no_mask.png');
const options: ImportOptions = {
  map: {},
  colourOrder: 'rgb',
  crop: { shape: 'square', side: 1.4 },
  licence: 'made up',
};

/** What a model folder finds on the portrait. */
async function found(model: string) {
  const loaded = await loadDetector(model);
  const { input, thresholds } = loaded.model;
  const detector = await openDetector(loaded);
  const { data, width, height } = await readPicture(portrait);
  const geometry = detectorGeometry(width, height, { ...input, upscale: 'exact' });
  const planes = new Uint8Array(3 * geometry.width * geometry.height);
  fillDetectorInput(rgbPicture(data, width, height), geometry, planes);
  const minConfidence = thresholds.confidence;
  const faces = await detector.detect({ ...geometry, planes, colour: 'rgb', minConfidence });
  await detector.release();
  return faces;
}

/** One convolution a stride; boxes in pixels, scores behind a sigmoid, as YOLOv8 exports them. */
function yolov8(form: 'cells last' | 'cells first', last = 'Sigmoid'): Uint8Array {
  const random = randomNumbers(3);
  const graph: Graph = {
    name: 'yolov8',
    opset: 13,
    nodes: [],
    initializers: [
      int64Tensor('row', [1, 6, -1]),
      floatTensor('size', [1], Float32Array.of(64)),
      int64Tensor('split', [4, 2]),
    ],
    inputs: [{ name: 'images', type: 'float', shape: [1, 3, 64, 64] }],
    outputs: [{ name: 'output0', type: 'float', shape: [] }],
  };
  const add = (
    op: string,
    inputs: string[],
    outputs: string[],
    attributes: Node['attributes'] = {},
  ) => graph.nodes.push({ op, name: outputs[0]!, inputs, outputs, attributes });
  for (const stride of [8, 16, 32]) {
    const values = Float32Array.from({ length: 18 * stride ** 2 }, () => (random() - 0.5) / stride);
    graph.initializers.push(floatTensor(`w${stride}`, [6, 3, stride, stride], values));
    add('Conv', ['images', `w${stride}`], [`map${stride}`], { strides: ints([stride, stride]) });
    add('Reshape', [`map${stride}`, 'row'], [`row${stride}`]);
  }
  add('Concat', ['row8', 'row16', 'row32'], ['rows'], { axis: int(2) });
  add(last, ['rows'], ['shares']);
  add('Split', ['shares', 'split'], ['boxes', 'scores'], { axis: int(1) });
  add('Mul', ['boxes', 'size'], ['pixels']);
  const whole = form === 'cells last' ? 'output0' : 'straight';
  add('Concat', ['pixels', 'scores'], [whole], { axis: int(1) });
  if (whole !== 'output0') add('Transpose', [whole], ['output0'], { perm: ints([0, 2, 1]) });
  return writeOnnx(graph);
}

test("YOLOv8's head gives the same boxes and states whichever way round it is", async () => {
  const answers = [];
  for (const form of ['cells last', 'cells first'] as const) {
    const file = join(folder, `${form}.onnx`.replace(' ', '-'));
    const out = join(folder, 'models', form.replace(' ', '-'));
    writeFileSync(file, yolov8(form));

    const { test: result } = await importModel([file], out, {
      ...options,
      names: ['mask', 'no_mask'],
    });

    assert.equal(result.largestDifference, 0);
    answers.push(await found(out));
  }

  assert.ok(answers[0]!.length > 0);
  assert.ok(answers[0]!.every(({ probabilities }) => probabilities?.mask !== undefined));
  assert.deepEqual(answers[0], answers[1]);
});

test('raw scores of such a head are refused: they would be believed everywhere', async () => {
  const file = join(folder, 'raw.onnx');
  writeFileSync(file, yolov8('cells last', 'Sin'));

  await assert.rejects(
    importModel([file], join(folder, 'models/raw'), { ...options, names: ['mask', 'no_mask'] }),
    /The scores of this head are no probabilities of 0 to 1/,
  );
});

/** Networks of others are not part of the project: MASKWATCH_WEIGHTS names the folder that has them. */
function reference(t: TestContext, name: string): string | undefined {
  const beside = join(import.meta.dirname, '../../../shared/weights');
  const path = join(process.env.MASKWATCH_WEIGHTS ?? beside, 'reference', name);
  if (existsSync(path)) return path;
  t.skip(`${name} is not there; MASKWATCH_WEIGHTS names the folder that has it`);
  return undefined;
}

test('YuNet is imported and finds the face of the portrait', async (t) => {
  const file = reference(t, 'yunet_n_640_640.onnx');
  if (file === undefined) return;
  const out = join(folder, 'models/yunet');

  const { imported } = await importModel([file], out, options);

  assert.equal(imported.model.colourOrder, 'bgr');
  assert.equal(imported.outputs.length, 9);
  const faces = await found(out);
  assert.equal(faces.length, 1);
  assert.ok(faces[0]!.confidence > 0.8);
});

test('UltraFace is refused by what its outputs are', async (t) => {
  const file = reference(t, 'ultraface-version-RFB-640.onnx');
  if (file === undefined) return;

  await assert.rejects(
    importModel([file], join(folder, 'models/ultraface'), options),
    /scores and boxes of anchors apart are those of an SSD, such as UltraFace/,
  );
});
