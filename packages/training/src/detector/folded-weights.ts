import { cfgProblem, parseCfg, place, wholeNumber } from '@maskwatch/onnx/darknet-cfg';
import type { Graph } from '@maskwatch/onnx/graph';
import { Problem } from '@maskwatch/platform/problem';

/** What readers of .weights add to a variance; 1 minus it makes a batch norm that changes nothing. */
const epsilon = 1e-6;

/**
 * The .weights file of a graph that `convertDarknet` made of this cfg: the same numbers, with batch
 * norms folded away (mean 0, scale 1, the bias in their shift). Problem detector-weights where the
 * graph is of another cfg.
 */
export function foldedWeights(cfg: string, graph: Graph): Uint8Array {
  const values = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
  const floats = (name: string, where: string): Float32Array => {
    const tensor = values.get(name);
    if (tensor?.type !== 'float') throw notOfThisCfg(`${where}: ${name} is missing`);
    return tensor.data;
  };
  const parts: Float32Array[] = [];
  for (const section of parseCfg(cfg)) {
    if (section.kind !== 'convolutional' && section.kind !== 'conv') continue;
    const where = place(section);
    const weights = floats(`layer${section.layer}/weights`, where);
    const bias = floats(`layer${section.layer}/bias`, where);
    const filters = wholeNumber(section, 'filters', 1);
    if (bias.length !== filters) {
      throw notOfThisCfg(`${where}: ${bias.length} filters, not ${filters}`);
    }
    const flat = (value: number) => new Float32Array(filters).fill(value);
    const folded = wholeNumber(section, 'batch_normalize', 0) !== 0;
    parts.push(bias, ...(folded ? [flat(1), flat(0), flat(1 - epsilon)] : []), weights);
  }
  if (parts.length === 0) throw cfgProblem('the end', 'there is no convolution');
  return fileOf(parts);
}

/** Version 0.2.5 and eight bytes of pictures seen, then the numbers, little-endian. */
function fileOf(parts: readonly Float32Array[]): Uint8Array {
  const header = 20;
  const count = parts.reduce((sum, part) => sum + part.length, 0);
  const file = new Uint8Array(header + 4 * count);
  const view = new DataView(file.buffer);
  [0, 2, 5].forEach((number, n) => {
    view.setInt32(4 * n, number, true);
  });
  let at = header;
  for (const part of parts) {
    for (const value of part) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  }
  return file;
}

function notOfThisCfg(what: string): Problem {
  return new Problem('detector-weights', `The model was not made of this cfg: ${what}.`, {
    action: 'Fine-tune a model that was made of the same cfg, or start with --from none.',
    status: 400,
  });
}
