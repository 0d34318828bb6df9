import { type LastStep, type OnnxClassifier, withLogarithm } from '@maskwatch/onnx/onnx-classifier';
import { checkCount, statesOf } from './class-meanings.ts';
import { asItIs, type Comparable, type Imported, softmax } from './imported.ts';
import { newClassifier } from './new-model.ts';
import type { OnnxAsked, OpenedOnnx } from './onnx-file.ts';
import { originalOnnx } from './original-onnx.ts';
import type { Reading } from './picture-feeds.ts';
import { chooseScaling } from './probe-scaling.ts';
import { scalings } from './scaling.ts';

/** Problems: import-names, names-unknown, import-scale, import-pictures. */
export async function importOnnxClassifier(
  { name, options, source }: OnnxAsked,
  { file, size, sample }: OpenedOnnx,
  found: OnnxClassifier,
): Promise<Imported> {
  const states = statesOf(checkCount(options.names, found.classes), options.map);
  const row = sample.get(file.outputs[0]!) ?? new Float32Array();
  const probable = found.last === 'none' && areProbabilities(row);
  const graph = probable ? withLogarithm(found.graph) : found.graph;
  const { name: scaling, probing } = await chooseScaling(graph, { size, classes: states, options });
  const reading: Reading = { ...scalings[scaling], colourOrder: options.colourOrder };
  const model = newClassifier(
    { name, options, sources: [source], reading },
    { size, classes: states },
  );
  const theirs = probable ? asItIs : comparableOf(found.last, row.length);
  return {
    ...{ network: graph, model, sources: [source], originalReading: reading, outputs: ['logits'] },
    compared: { ours: softmax, theirs },
    original: originalOnnx(file),
    origin: `ONNX classifier, ${lastStep(found.last, probable)}`,
    notes: probing === undefined ? [] : [`The scaling ${scaling} was found by trying all.`],
    ...(probing === undefined ? {} : { probing }),
  };
}

/** Not negative, and summing to one. */
export function areProbabilities(row: Float32Array): boolean {
  const sum = row.reduce((a, b) => a + b, 0);
  return row.length > 1 && row.every((value) => value >= 0) && Math.abs(sum - 1) < 1e-3;
}

/** The original's row as probabilities of our classes. */
function comparableOf(last: LastStep, values: number): Comparable {
  if (last === 'softmax') return asItIs;
  if (values === 1) {
    const second: Comparable = ([score = 0]) => {
      const share = last === 'sigmoid' ? score : 1 / (1 + Math.exp(-score));
      return Float32Array.of(1 - share, share);
    };
    return second;
  }
  if (last === 'none') return softmax;
  return (row) => {
    const sum = row.reduce((a, b) => a + b, 0);
    return row.map((value) => value / sum);
  };
}

function lastStep(last: LastStep, probable: boolean): string {
  if (probable) return 'its probabilities made logits again';
  return last === 'none' ? 'logits as they are' : `without its last ${last}`;
}
