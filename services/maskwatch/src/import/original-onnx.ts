import { Problem } from '@maskwatch/platform/problem';
import type { Original } from './original.ts';
import { channelsLast, type InputPicture, type Reading, scaledPlanes } from './picture-feeds.ts';
import type { Trial } from './run-trial.ts';

export interface OnnxFile {
  trial: Trial;
  /** The name of its one input, and whether it takes channels last. */
  input: string;
  turned: boolean;
  /** Outputs to compare, by their names in the file. */
  outputs: string[];
}

/** The file as it is, in the same runtime: what is compared is all that was put before and behind it. */
export function originalOnnx(file: OnnxFile): Original {
  return {
    reader: 'ONNX Runtime on the file as it is',
    async run(pictures, reading) {
      const results: Float32Array[][] = [];
      for (const picture of pictures) results.push(await runOne(file, picture, reading));
      return results;
    },
    close: () => file.trial.close(),
  };
}

async function runOne(
  { trial, input, turned, outputs }: OnnxFile,
  picture: InputPicture,
  reading: Reading,
): Promise<Float32Array[]> {
  const { width, height } = picture;
  const planes = scaledPlanes(picture, reading);
  const feeds = turned
    ? { [input]: { data: channelsLast(planes), dims: [1, height, width, 3] } }
    : { [input]: { data: planes, dims: [1, 3, height, width] } };
  const found = await trial.run(feeds);
  return outputs.map((name) => {
    const values = found[name]?.data;
    if (values !== undefined) return values;
    throw new Problem('import-original', `the original gives no float32 output ${name}`);
  });
}
