import { cfgProblem, parseCfg, place, positive } from './darknet-cfg.ts';
import { head } from './darknet-head.ts';
import { LAYERS } from './darknet-layers.ts';
import { type Head, Network } from './darknet-network.ts';
import { DarknetWeights } from './darknet-weights.ts';
import type { Graph } from './graph.ts';

export interface ConvertedDetector {
  graph: Graph;
  /** Finest stride first. */
  heads: Head[];
}

/**
 * Converts a darknet detector. The graph takes `picture`, float [n, channels, height, width] in
 * the network's own scale, and gives the raw map of each head (what its yolo layer reads), named
 * by stride: `head8` is [n, anchors * (5 + classes), height / 8, width / 8]. Decoding is left to
 * the reader of the maps. Throws a Problem that names layer and line for all that is not known.
 */
export function convertDarknet(cfg: string, file: Uint8Array): ConvertedDetector {
  const [net, ...sections] = parseCfg(cfg);
  const weights = new DarknetWeights(file);
  const network = new Network(positive(net!, 'channels', 3), weights);
  for (const section of sections) {
    const convert = section.kind === 'yolo' ? head : LAYERS.get(section.kind);
    if (convert === undefined) {
      throw cfgProblem(
        place(section),
        `a layer of the kind [${section.kind.slice(0, 80)}] is not known`,
      );
    }
    network.add(section, convert(network, section));
  }
  weights.finish();
  if (network.heads.length === 0) {
    throw cfgProblem('the end', 'there is no [yolo] layer, so this is no detector');
  }
  return { graph: network.graph, heads: network.heads.sort((a, b) => a.stride - b.stride) };
}
