import type { Model } from '@maskwatch/contracts/model';
import { Problem } from '@maskwatch/platform/problem';
import { evenSamples, goldenPattern } from '@maskwatch/vision/golden-pattern';
import { logitsOf } from './classifier-outputs.ts';
import { candidatesOf } from './detector-outputs.ts';
import { outputOf, type RawOutput } from './onnx-results.ts';
import type { PictureSession } from './session.ts';

/** How far a runtime is from the recorded outputs, as a share of each output's range. */
export interface GoldenResult {
  output: string;
  difference: number;
}

/** A network that is open, with its own description; an ensemble has several. */
export interface OpenNetwork {
  model: Model;
  session: PictureSession;
}

/** The golden check of every network of a detector or classifier, in order. */
export async function checkAllGolden(networks: readonly OpenNetwork[]): Promise<GoldenResult[]> {
  const results: GoldenResult[] = [];
  for (const { model, session } of networks) results.push(...(await checkGolden(model, session)));
  return results;
}

/**
 * Runs the generated pattern and compares with what model.json recorded. Problem model-golden,
 * naming the largest difference, where any output is off by more than the model's tolerance: such
 * a runtime would find boxes that look right and are not. Problem inference-output where they have
 * another shape than classes, heads and layout say.
 */
export async function checkGolden(
  model: Model,
  session: Pick<PictureSession, 'run'>,
): Promise<GoldenResult[]> {
  const { width, height, tolerance, outputs: recorded } = model.golden;
  const planes = goldenPattern(width, height);
  const outputs = await session.run({ planes, count: 1, width, height, colour: 'rgb' });
  const results = recorded.map(({ name, shape, range, samples }) => {
    const output = outputOf(outputs, name, model);
    if (output.shape.join() !== shape.join()) {
      throw mismatch(
        model,
        `${name} has the shape ${output.shape.join('x')}, not ${shape.join('x')}`,
      );
    }
    const found = evenSamples(output.data, samples.length);
    return { output: name, difference: largestDifference(found, samples) / range };
  });
  // Written so that NaN is refused, too.
  const worst = results.find(({ difference }) => !(difference <= tolerance));
  if (worst === undefined) {
    refuseMisread(model, outputs);
    return results;
  }
  throw mismatch(
    model,
    `${worst.output} differs by ${percent(worst.difference)} of its range, allowed are ${percent(tolerance)}`,
  );
}

/** Right outputs under a wrong description would be a problem of every request. */
function refuseMisread(model: Model, outputs: Record<string, RawOutput>): void {
  const { width, height } = model.golden;
  if (model.task === 'detector') candidatesOf(outputs, { model, width, height, minConfidence: 1 });
  if (model.task === 'classifier') logitsOf(outputs, { model, count: 1 });
}

function largestDifference(found: readonly number[], expected: readonly number[]): number {
  return expected.reduce((most, value, n) => {
    const difference = Math.abs(value - (found[n] ?? Number.NaN));
    return Math.max(most, difference);
  }, 0);
}

const percent = (share: number) => `${(100 * share).toPrecision(2)} %`;

function mismatch(model: Model, what: string): Problem {
  return new Problem(
    'model-golden',
    `The model ${model.name} does not compute here what it was released with: ${what}.`,
    {
      action:
        'Restore the model and the installed packages (npm ci); if it stays, report processor and system.',
    },
  );
}
