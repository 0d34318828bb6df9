import { messageOf, Problem } from '@maskwatch/platform/problem';
import { type ColourInputs, colourInputs } from '@maskwatch/vision/colour';
import type { Colour } from '@maskwatch/vision/picture';
import { checkGolden } from './golden-check.ts';
import type { PictureBatch } from './onnx-session.ts';
import type { ProviderOptions } from './provider.ts';
import type { LoadedModel } from './registry.ts';
import type { PictureSession } from './session.ts';
import { type BackendName, backends, computeOn, openBackend } from './tfjs-backend.ts';
import { readTfjsFiles, type TfjsFiles } from './tfjs-files.ts';
import { openTfjsNetwork, type TfjsNetwork } from './tfjs-network.ts';

/**
 * Opens a classifier in TensorFlow.js, with the first backend that is installed, knows all of its
 * operators and passes the golden check. Problems: model-open, model-golden, inference-output; runs
 * reject with inference-run. A GPU that is lost later is not replaced.
 */
export async function openTfjsSession(
  loaded: LoadedModel,
  { provider = 'cpu', onFallback }: ProviderOptions = {},
  candidates: readonly BackendName[] = backends,
): Promise<PictureSession> {
  const { model } = loaded;
  const files = await readTfjsFiles(loaded.path).catch((cause: unknown) => {
    throw notOpen(model.name, messageOf(cause), { cause });
  });
  let opened: PictureSession | undefined;
  const { name, notes } = await openBackend(async (backend) => {
    opened = await openOn(backend, { loaded, files });
  }, candidates).catch((thrown: unknown) => {
    const noBackend = thrown instanceof Problem && thrown.code === 'tfjs-backend';
    throw noBackend ? notOpen(model.name, thrown.message, { cause: thrown }) : thrown;
  });
  if ((provider === 'cuda' || provider === 'webgpu') && name !== 'tfjs-node-gpu') {
    notes.push(`it runs with TensorFlow.js, in which ${provider} needs @tensorflow/tfjs-node-gpu`);
  }
  if (notes.length === 0) return opened!;
  const fallback = `${model.name} computes with ${name} of TensorFlow.js: ${notes.join('; ')}`;
  onFallback?.(fallback);
  return { ...opened!, fallback };
}

async function openOn(
  backend: BackendName,
  { loaded: { model }, files }: { loaded: LoadedModel; files: TfjsFiles },
): Promise<PictureSession> {
  const network = await openTfjsNetwork(files);
  const colours = new Map<Colour, ColourInputs>();
  const session: PictureSession = {
    provider: 'tfjs',
    // On a processor a batch is no faster, and one that is padded is slower.
    takesMany: backend === 'tfjs-node-gpu' && network.inputShape[0] === null,
    async run(batch) {
      const inputs = colours.get(batch.colour) ?? colourInputs(batch.colour, model);
      colours.set(batch.colour, inputs);
      refuseOtherSize(batch);
      try {
        const logits = await computeOn(backend, () => network.run({ ...batch, ...inputs }));
        return { [outputOf(model)]: logits };
      } catch (cause) {
        if (cause instanceof Problem) throw cause;
        const what = `${model.name} failed on a run: ${firstLine(cause)}`;
        throw new Problem('inference-run', what, { cause });
      }
    },
    release: async () => network.dispose(),
  };
  try {
    refuseOtherInput(model, network);
    await checkGolden(model, session);
    return session;
  } catch (thrown) {
    network.dispose();
    // What the backend said of the run: another may know better.
    throw thrown instanceof Problem && thrown.code === 'inference-run' ? thrown.cause : thrown;
  }
}

const outputOf = (model: LoadedModel['model']) =>
  model.task === 'classifier' ? model.output : 'logits';

function refuseOtherSize({ planes, count, width, height }: PictureBatch): void {
  const expected = count * 3 * width * height;
  if (planes.length === expected && expected > 0) return;
  throw new Problem(
    'inference-input',
    `${count} pictures of ${width}x${height} take ${expected} bytes, not ${planes.length}.`,
  );
}

function refuseOtherInput(model: LoadedModel['model'], { inputShape }: TfjsNetwork): void {
  const { size } = model.input;
  const [, height, width] = inputShape;
  if ((height ?? size) === size && (width ?? size) === size) return;
  throw notOpen(model.name, `it takes pictures of ${width}x${height}, not ${size}x${size}.`, {
    action: 'Correct input.size in its model.json.',
  });
}

function notOpen(name: string, why: string, more: { cause?: unknown; action?: string }): Problem {
  const action = 'Check the folder with "maskwatch models verify", or import the network as ONNX.';
  return new Problem('model-open', `The model ${name} cannot be opened: ${why}`, {
    action,
    ...more,
  });
}

function firstLine(thrown: unknown): string {
  return messageOf(thrown).split('\n')[0]!.slice(0, 300);
}
