import { cfgProblem, parseCfg, positive } from '@maskwatch/onnx/darknet-cfg';
import { convertDarknet } from '@maskwatch/onnx/darknet-to-graph';
import { Problem } from '@maskwatch/platform/problem';
import { checkCount, detectorMeanings } from './class-meanings.ts';
import type { ImportOptions } from './import-options.ts';
import { asItIs, type Imported } from './imported.ts';
import { newDetector } from './new-model.ts';
import { opencvOriginal } from './original-python.ts';
import type { Reading } from './picture-feeds.ts';
import { scalings } from './scaling.ts';
import type { SourceFile } from './sources.ts';

/** The largest input that is tried; cfgs of the family have 320 to 608. */
const mostSize = 2048;
const reading: Reading = { ...scalings['zero-to-one'], colourOrder: 'rgb' };

/** A detector of the YOLOv3 and v4 family. Problems: darknet-cfg, darknet-weights, import-names, names-unknown. */
export async function importDarknet(
  [cfg, weights]: [cfg: SourceFile, weights: SourceFile],
  { name, options }: { name: string; options: ImportOptions },
): Promise<Imported> {
  const text = Buffer.from(cfg.bytes).toString('utf8');
  const sections = parseCfg(text);
  const net = sections[0]!;
  if (positive(net, 'channels', 3) !== 3) {
    throw cfgProblem('line 1', 'a network for pictures of three channels has channels=3');
  }
  const { graph, heads } = convertDarknet(text, weights.bytes);
  const fraction = heads.find(({ stride }) => !Number.isInteger(stride));
  if (fraction !== undefined) {
    throw cfgProblem('the end', `a head has ${1 / fraction.stride} cells a pixel`);
  }
  const counts = new Set(heads.map(({ classes }) => classes));
  if (counts.size > 1) {
    throw cfgProblem('the end', `its heads have ${[...counts].join(' and ')} classes`);
  }
  const classes = detectorMeanings(checkCount(options.names, heads[0]!.classes), options.map);
  const own = Math.max(positive(net, 'width', 416), positive(net, 'height', 416));
  const size = options.size ?? own;
  if (size > mostSize) throw tooLarge(size);
  const multiple = Math.max(...heads.map(({ stride }) => stride));
  const yolos = sections.filter(({ kind }) => kind === 'yolo');
  const original = await opencvOriginal({
    ...{ python: options.python, cfg: cfg.path, weights: weights.path },
    layers: yolos.map(({ layer }) => layer - 1),
  });
  const model = newDetector(
    { name, options, sources: [cfg, weights], reading },
    {
      ...{ layout: 'yolo', size, multiple, square: false, classes },
      heads: heads.map(({ output, stride, anchors, scaleXY }) => {
        return { output, stride, anchors, scaleXY };
      }),
    },
  );
  const strides = heads.map(({ stride }) => stride).join(', ');
  return {
    ...{ network: graph, model, original, originalReading: reading, sources: [cfg, weights] },
    outputs: graph.outputs.map(({ name }) => name),
    compared: { ours: asItIs, theirs: asItIs },
    origin: `darknet, ${sections.length - 1} layers, ${heads.length} heads of the strides ${strides}`,
    notes: notesOf(options),
  };
}

function notesOf({ scaling = 'zero-to-one', colourOrder }: ImportOptions): string[] {
  const notes = [
    'Darknet and OpenCV stretch a picture to the input; here it keeps its shape and lies top left.',
  ];
  if (scaling !== 'zero-to-one' || colourOrder !== 'rgb') {
    notes.push('Darknet networks take 0 to 1, red first; --scale and --colour are not used.');
  }
  return notes;
}

function tooLarge(size: number): Problem {
  return new Problem('import-size', `An input of ${size} pixels is too large.`, {
    action: `Give --size up to ${mostSize}; faces are found at 416 to 640.`,
    status: 400,
  });
}
