import type { RawOutput } from './onnx-results.ts';
import type { RawSession } from './raw-session.ts';
import { openBackend } from './tfjs-backend.ts';
import { readTfjsFiles } from './tfjs-files.ts';
import { openTfjsNetwork, type TfjsNetwork } from './tfjs-network.ts';

/** A classifier of TensorFlow.js that nobody has described yet. */
export interface RawTfjs extends RawSession, Pick<TfjsNetwork, 'inputShape'> {}

/**
 * Opens a LayersModel or GraphModel that may be of any maker, fed as an ONNX file of ours is, by the
 * inputs `planes`, `colour` and `offset`; it gives `logits`. Problem tfjs-classifier where it is no
 * classifier, tfjs-backend where no backend opens or runs it.
 */
export async function openRawTfjs(path: string): Promise<RawTfjs> {
  const files = await readTfjsFiles(path);
  const network = await onAnyBackend(() => openTfjsNetwork(files));
  return {
    inputShape: network.inputShape,
    async run({ planes, colour, offset }) {
      const [count = 0, , height = 0, width = 0] = planes?.dims ?? [];
      const input = {
        ...{ planes: planes?.data as Uint8Array, count, width, height },
        ...{ colour: colour?.data as Float32Array, offset: offset?.data as Float32Array },
      };
      const logits = await onAnyBackend(async (): Promise<RawOutput> => network.run(input));
      return { logits };
    },
  };
}

async function onAnyBackend<T>(attempt: () => Promise<T>): Promise<T> {
  let result: T | undefined;
  await openBackend(async () => {
    result = await attempt();
  });
  return result!;
}
