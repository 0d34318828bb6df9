import { availableParallelism } from 'node:os';
import type { DetectorModel } from '@maskwatch/contracts/model';
import { startInferenceWorkers } from '@maskwatch/inference/in-process-queue';
import { silentLogger } from '@maskwatch/platform/logger';
import { Problem } from '@maskwatch/platform/problem';
import { loadPair, modelsOf } from '@maskwatch/runtime/model-pair';
import { loadModel } from '@maskwatch/runtime/registry';
import { Command, InvalidArgumentError, Option } from 'commander';
import { DetectRun, ReaderGone } from '../detect/detect.ts';
import type { LineFormatName } from '../detect/line-format.ts';
import { PictureJudge } from '../detect/picture-judge.ts';

const shipped = { detector: 'face-yolov4-mobilenetv2', classifier: 'mask-mobilenetv2' };

interface Options {
  json?: true;
  csv?: true;
  coco?: true;
  output?: string;
  blur?: true;
  sheet?: string;
  rate?: number;
  minConfidence?: number;
  inputSize?: number;
  model?: string[];
}

/** maskwatch detect: faces and their mask states on pictures, folders and films. */
export function detectCommand(): Command {
  return new Command('detect')
    .description('find faces on pictures and films and judge whether a mask is worn')
    .argument('<path...>', 'pictures, films, and folders with their subfolders')
    .option('--json', 'one JSON line a picture or frame, instead of a table')
    .addOption(new Option('--csv', 'one CSV row a face').conflicts(['json', 'coco']))
    .addOption(new Option('--coco', 'one COCO JSON document').conflicts(['json', 'csv']))
    .option('--output <dir>', 'write copies of pictures and films with the boxes drawn')
    .option('--blur', 'make every face on the copies unrecognisable (with --output)')
    .addOption(
      new Option('--sheet <file>', 'write a picture of all faces and their states').conflicts(
        'blur',
      ),
    )
    .option('--rate <n>', 'frames a second of a film (default: every frame)', number(0.01, 1000))
    .option(
      '--min-confidence <n>',
      "faces from this confidence on, 0 to 1 (default: the detector's)",
      number(0, 1),
    )
    .option(
      '--input-size <n>',
      "longest side that the detector sees, in pixels (default: the detector's)",
      number(32, 4096),
    )
    .option(
      '--model <name>',
      'a detector or a classifier of "maskwatch models list"; may be given for each',
      (name: string, names: string[] = []) => [...names, name],
    )
    .action(detect);
}

async function detect(paths: string[], options: Options): Promise<void> {
  if (options.blur === true && options.output === undefined) {
    throw new Problem('option-alone', '--blur is of the copies, and there are none.', {
      action: 'Give --output a folder as well.',
      status: 400,
    });
  }
  const names = await chosenModels(options.model ?? []);
  const models = modelsOf(await loadPair(names));
  if (models.classifier === undefined && names.classifier !== shipped.classifier) {
    process.stderr.write(`${names.detector} judges by itself: ${names.classifier} is not asked\n`);
  }
  const inputSize = inputSizeOf(models.detector, options.inputSize);
  const workers = availableParallelism();
  const queue = await startInferenceWorkers({ ...names, workers, logger: silentLogger });
  // The run notices a closed pipe itself; without a listener the error would end the process
  // beside a run under way, which aborts it.
  process.stdout.on('error', () => undefined);
  try {
    const { confidence, pixelate } = models.detector.thresholds;
    const minConfidence = options.minConfidence ?? confidence;
    const blur = options.blur === true;
    const judge = new PictureJudge({
      ...{ queue, inputSize, ...models },
      minConfidence: blur ? Math.min(minConfidence, pixelate) : minConfidence,
    });
    const { broken } = await new DetectRun({
      ...{ paths, judge, atOnce: 2 * workers, minConfidence, blur, format: formatOf(options) },
      ...{ stdout: process.stdout, stderr: process.stderr },
      ...(options.output === undefined ? {} : { output: options.output }),
      ...(options.sheet === undefined ? {} : { sheet: options.sheet }),
      ...(options.rate === undefined ? {} : { rate: options.rate }),
    }).run();
    if (broken > 0) process.exitCode = 1;
  } catch (thrown) {
    if (!(thrown instanceof ReaderGone)) throw thrown;
  } finally {
    await queue.close();
  }
}

function formatOf({ json, csv, coco }: Options): LineFormatName {
  if (json === true) return 'json';
  if (csv === true) return 'csv';
  return coco === true ? 'coco' : 'table';
}

/** Each name takes the place of the shipped model of its task. */
async function chosenModels(names: readonly string[]): Promise<typeof shipped> {
  const chosen = { ...shipped };
  for (const name of names) {
    const { task } = (await loadModel(name)).model;
    if (task === 'features') {
      throw new Problem('model-task', `The model ${name} finds and judges nothing by itself.`, {
        action: 'Name a detector or a classifier of "maskwatch models list".',
      });
    }
    chosen[task] = name;
  }
  return chosen;
}

/** A network of one input shape takes no other. */
function inputSizeOf({ name, input }: DetectorModel, wanted = input.size): number {
  const size = Math.round(wanted);
  if (!input.square || size === input.size) return size;
  throw new Problem('input-size', `The detector ${name} sees ${input.size} pixels only.`, {
    action: 'Leave --input-size out.',
    status: 400,
  });
}

function number(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && value >= low && value <= high) return value;
    throw new InvalidArgumentError(`It must be a number from ${low} to ${high}.`);
  };
}
