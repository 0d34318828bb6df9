import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClassifierModel } from '@maskwatch/contracts/model';
import { convertLayers } from '@maskwatch/onnx/layers/convert-layers';
import { writeOnnx } from '@maskwatch/onnx/onnx-writer';
import { withPictureInput } from '@maskwatch/onnx/picture-input';
import { Problem } from '@maskwatch/platform/problem';
import { type NewModel, writeModelFolder } from '@maskwatch/runtime/model-folder';
import { outputOf } from '@maskwatch/runtime/onnx-results';
import type { LoadedModel } from '@maskwatch/runtime/registry';
import { openSession } from '@maskwatch/runtime/session';
import type { ClassifierNetwork } from '@maskwatch/training/head/classifier-network';
import { pixelExamples } from '@maskwatch/training/head/pixel-examples';
import { layersNetworkOf, saveLayersModel } from '@maskwatch/training/head/save-layers-model';
import { logitsOf } from '@maskwatch/training/head/training-step';

/** What model.json says of it, but for what follows from the network. */
export type Description = Pick<
  ClassifierModel,
  'name' | 'sources' | 'measured' | 'crop' | 'classes' | 'calibration'
>;

/** Between the network that was trained and what the service will run. */
const mostDifference = 1e-3;
/** Below it the service judges no face, as with the shipped classifier. */
const smallestFace = 32;

/**
 * Writes the folder of a model: ONNX, model.json, card, and the layers as TensorFlow.js reads them.
 * `pictures`, uint8 [3, size, size] each, are judged by both, and a larger difference of a logit than
 * 1e-3 is the Problem model-differs; then no model.json is left.
 */
export async function writeClassifier({
  folder,
  network,
  description,
  card,
  pictures,
}: {
  folder: string;
  network: ClassifierNetwork;
  description: Description;
  card: string;
  pictures: readonly Uint8Array[];
}): Promise<{ loaded: LoadedModel; difference: number }> {
  const { graph, inputSize } = convertLayers(layersNetworkOf(network.probabilities));
  const onnx = writeOnnx(withPictureInput({ ...graph, name: description.name }));
  await saveLayersModel(join(folder, 'tfjs'), network.probabilities);
  const model: NewModel = {
    ...description,
    version: '1.0.0',
    licence: 'yours to say, as far as your pictures allow; the base is under Apache-2.0',
    task: 'classifier',
    input: { name: 'planes', size: inputSize.width },
    interpolation: 'area-down-bilinear-up',
    colourOrder: 'rgb',
    scale: 1 / 127.5,
    offset: -1,
    output: 'logits',
    smallestFace,
  };
  const loaded = await writeModelFolder({ folder, model, onnx, card });
  const difference = await differenceFrom(network, { loaded, pictures, size: inputSize.width });
  if (difference <= mostDifference) return { loaded, difference };
  await rm(join(folder, 'model.json'));
  throw new Problem(
    'model-differs',
    `As ONNX, ${description.name} differs from the network that was trained by ${difference.toPrecision(2)}.`,
    { action: 'No model was written. This is a fault of maskwatch: please report it.' },
  );
}

/** The largest difference of a logit over the pictures. */
async function differenceFrom(
  { logits }: ClassifierNetwork,
  {
    loaded,
    pictures,
    size,
  }: { loaded: LoadedModel; pictures: readonly Uint8Array[]; size: number },
): Promise<number> {
  const examples = pixelExamples({
    ...{ labels: pictures.map(() => 0), size },
    picture: async (row) => pictures[row]!,
  });
  const session = await openSession(loaded);
  let largest = 0;
  try {
    for (const [row, planes] of pictures.entries()) {
      const inputs = await examples.inputs([row], 0);
      const trained = logitsOf(logits, inputs);
      inputs.dispose();
      const run = { planes, count: 1, width: size, height: size, colour: 'rgb' } as const;
      const stored = outputOf(await session.run(run), 'logits', loaded.model).data;
      trained.forEach((value, n) => {
        largest = Math.max(largest, Math.abs(value - stored[n]!));
      });
    }
  } finally {
    await session.release();
  }
  return largest;
}
