// A process: opens both shipped models on the provider that its argument names, and prints as JSON
// where they compute and how far they are from the CPU.
import type { Probabilities } from '@maskwatch/contracts/mask-state';
import { goldenPattern } from '@maskwatch/vision/golden-pattern';
import { type Classifier, openClassifier } from '../classifier.ts';
import { type Detector, openDetector } from '../detector.ts';
import type { ComputesOn, RequestedProvider } from '../provider.ts';
import { loadClassifier, loadDetector, modelsFolder } from '../registry.ts';

export interface Comparison {
  detector: ComputesOn & { difference: number };
  classifier: ComputesOn & { difference: number };
  /** What onFallback was told. */
  told: string[];
}

/** One more than share a run on a GPU. */
const crops = 9;

/** Raw maps of two pictures in one run: past suppression a near tie may fall otherwise. */
async function maps({ networks: [network] }: Detector): Promise<number[]> {
  const one = goldenPattern(64, 32);
  const planes = Buffer.concat([one, one.map((value) => value >> 1)]);
  const batch = { planes, count: 2, width: 64, height: 32, colour: 'rgb' } as const;
  const outputs = await network!.session.run(batch);
  return Object.values(outputs).flatMap(({ data }) => [...data]);
}

async function probabilities(classifier: Classifier): Promise<number[]> {
  const planes = goldenPattern(112, 112 * crops);
  const judged = await classifier.run({ crops: planes, count: crops, colour: 'rgb' });
  return judged.flatMap((each: Probabilities) => Object.values(each));
}

/** As a share of the range of what is expected. */
function furthest(found: readonly number[], expected: readonly number[]): number {
  if (found.length !== expected.length) return Number.POSITIVE_INFINITY;
  const range = Math.max(...expected) - Math.min(...expected);
  return Math.max(...found.map((value, n) => Math.abs(value - expected[n]!))) / range;
}

const provider = process.argv[2] as RequestedProvider;
const told: string[] = [];
const options = { provider, onFallback: (sentence: string) => void told.push(sentence) };
const folder = modelsFolder({});
const finder = await loadDetector('face-yolov4-mobilenetv2', folder);
const judge = await loadClassifier('mask-mobilenetv2', folder);
const detector = await openDetector(finder, options);
const classifier = await openClassifier(judge, options);
const onCpu = { detector: await openDetector(finder), classifier: await openClassifier(judge) };
const of = async (one: ComputesOn, a: Promise<number[]>, b: Promise<number[]>) => {
  const difference = furthest(await a, await b);
  return { provider: one.provider, fallback: one.fallback, difference };
};
const comparison: Comparison = {
  detector: await of(detector, maps(detector), maps(onCpu.detector)),
  classifier: await of(classifier, probabilities(classifier), probabilities(onCpu.classifier)),
  told,
};
process.stdout.write(JSON.stringify(comparison));
