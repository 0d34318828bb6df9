import { parseNames } from '@maskwatch/training/dataset/class-names';
import { readDataSet } from '@maskwatch/training/dataset/read-data-set';
import { Argument, Command, InvalidArgumentError } from 'commander';
import { type Subject, subjects, withModels } from '../evaluate/chosen-models.ts';
import { evaluateClassifier } from '../evaluate/evaluate-classifier.ts';
import { evaluateDetector } from '../evaluate/evaluate-detector.ts';
import type { EvaluationOptions } from '../evaluate/evaluation.ts';
import { sectionsText } from '../evaluate/section-text.ts';
import { writeEvaluation } from '../evaluate/write-report.ts';

interface Options {
  model?: string[];
  names?: string;
  threshold?: number;
  report?: string;
  against?: string;
  json?: true;
}

/** maskwatch evaluate: figures of models on labelled pictures. */
export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description('measure a classifier, a detector or both on labelled pictures')
    .addArgument(new Argument('<what>', 'what is measured').choices([...subjects]))
    .argument('<data>', 'a folder per class, a shard, VOC XML, YOLO text or COCO JSON')
    .option(
      '--model <name>',
      'a model of "maskwatch models list" or its folder (default: the shipped ones); of a pipeline once for each task',
      (name: string, names: string[] = []) => [...names, name],
    )
    .option('--names <pairs>', 'what the classes of DATA are: with_mask=mask,without_mask=no_mask')
    .option(
      '--threshold <n>',
      'classifier of two classes: from this probability on it is a mask (default: the likeliest); detector: confidence of precision and recall (default: its own)',
      share,
    )
    .option('--report <dir>', 'write report.html and figures.json there')
    .option('--against <name>', 'compare with another model on the same pictures')
    .option('--json', 'one JSON object instead of tables')
    .action(evaluate);
}

async function evaluate(subject: Subject, data: string, options: Options): Promise<void> {
  const names = await withModels(subject, options.model ?? []);
  const { against, threshold } = options;
  const evaluation = await evaluationOf({
    ...{ subject, names, data, drawn: options.report !== undefined, stderr: process.stderr },
    set: await readDataSet(data, {
      ...(options.names === undefined ? {} : { names: parseNames(options.names) }),
    }),
    ...(threshold === undefined ? {} : { threshold }),
    ...(against !== undefined && {
      against: { name: against, names: await withModels(subject, [against], names) },
    }),
  });
  if (options.report !== undefined) await writeEvaluation(options.report, evaluation);
  const { figures, lead, shown } = evaluation;
  const text =
    options.json === true ? JSON.stringify(figures) : `${lead}\n\n${sectionsText(shown)}`;
  process.stdout.write(`${text}\n`);
}

function evaluationOf(options: EvaluationOptions) {
  return options.subject === 'classifier' ? evaluateClassifier(options) : evaluateDetector(options);
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('It must be a number from 0 to 1.');
}
