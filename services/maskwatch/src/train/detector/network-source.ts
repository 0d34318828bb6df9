import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readOnnx } from '@maskwatch/onnx/onnx-reader';
import { messageOf, Problem } from '@maskwatch/platform/problem';
import { loadDetector } from '@maskwatch/runtime/registry';
import { foldedWeights } from '@maskwatch/training/detector/folded-weights';
import type { DetectorOptions } from './options.ts';

/** The network that the shipped detector is, and where its weights come from. */
const shipped = { network: 'mobilenetv2', model: 'face-yolov4-mobilenetv2' };
const kept = [shipped.network, 'tiny-3l'];
/** Of the repository, also where MASKWATCH_MODELS names another folder. */
const models = fileURLToPath(new URL('../../../../../models', import.meta.url));
/** Of mobilenetv2: the layers up to stride 4, whose edges and colours need no teaching. */
const frozenOfShipped = 9;

/** The text of the cfg that --network names. Problem train-options. */
export async function networkCfg(network: string): Promise<string> {
  const path = kept.includes(network)
    ? join(models, 'recipes', 'detector', 'networks', `${network}.cfg`)
    : network;
  return await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new Problem('train-options', `--network ${network} cannot be read: ${messageOf(cause)}`, {
      action: `Give ${kept.join(', ')}, or the path of a darknet cfg.`,
      ...{ cause, status: 422 },
    });
  });
}

/** What --from means where it is not given: the shipped weights for the shipped network. */
export function usualStart(network: string): string {
  return network === shipped.network ? 'shipped' : 'none';
}

/**
 * The recipe's arguments that say what the training starts from. The shipped detector's weights are
 * taken out of its ONNX file, so that no further file is needed. Problems: train-options, and those of
 * the registry.
 */
export async function startArguments(
  { from, network, freeze }: Pick<DetectorOptions, 'from' | 'network' | 'freeze'>,
  { cfg, folder }: { cfg: string; folder: string },
): Promise<string[]> {
  if (from === 'none') return freeze === undefined ? [] : ['--freeze', String(freeze)];
  const cfgPath = join(folder, 'start.cfg');
  await writeFile(cfgPath, cfg);
  const frozen = String(freeze ?? (network === shipped.network ? frozenOfShipped : 0));
  const more = ['--from-cfg', cfgPath, '--freeze', frozen];
  if (from !== 'shipped') return ['--from', resolve(from), ...more];
  if (network !== shipped.network) {
    throw new Problem('train-options', `There are no shipped weights for --network ${network}.`, {
      action: `Give --from a .weights file of this cfg, or "none", or take --network ${shipped.network}.`,
      status: 422,
    });
  }
  const { path } = await loadDetector(shipped.model, models);
  const weights = join(folder, 'start.weights');
  await writeFile(weights, foldedWeights(cfg, readOnnx(await readFile(path))));
  return ['--from', weights, ...more];
}
