// Chooses the detector's confidence and the classifier's temperature and threshold on fold 0 of
// faces-train, which neither was trained on, and measures the result on faces-val. Writes both
// into the model.json files and prints what the cards say.
//
//   node models/calibrate.ts        (MASKWATCH_DATA names the folder of the labelled pictures)
import { dirname } from 'node:path';
import { openDetector } from '@maskwatch/runtime/detector';
import { writeDescription } from '@maskwatch/runtime/model-folder';
import { loadClassifier, loadDetector } from '@maskwatch/runtime/registry';
import { openSession } from '@maskwatch/runtime/session';
import {
  averagePrecision,
  lowestGoodThreshold,
  precisionRecall,
} from '@maskwatch/training/evaluation/average-precision';
import {
  type Calibration,
  judge,
  likeliestTemperature,
  meanLoss,
  strictestThreshold,
} from '@maskwatch/training/evaluation/calibration';
import {
  foundOverlap as FOUND,
  matchFaces,
  usualOverlap as USUAL,
} from '@maskwatch/training/evaluation/face-matching';
import { tally } from '@maskwatch/training/evaluation/tally';
import { dataFolder, readLabelled } from './calibration/labelled-pictures.ts';
import { type DetectedPicture, detectAll, lookAtAll } from './calibration/looks.ts';

const CONFIDENCES = [0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6];
/** Differences of F1 below it are noise on this many faces. */
const F1_SLACK = 0.002;
/** Pictures of cameras are worse than these: a threshold that judges fewer here judges few there. */
const JUDGED_SHARE = 0.98;
/** Smallest face that thresholds are chosen for, in pixels. */
const ASKED = [16, Number.POSITIVE_INFINITY] as const;

const detectorFile = await loadDetector('face-yolov4-mobilenetv2');
const detector = await openDetector(detectorFile);
const classifier = await loadClassifier('mask-mobilenetv2');
const session = await openSession(classifier);

const train = (await readLabelled(dataFolder(), 'faces-train')).filter(
  (picture) => picture.fold === 0,
);
const chosenOn = await detectAll(detector, train);
const confidence = lowestGoodThreshold(tally(match(chosenOn, FOUND), ASKED), CONFIDENCES, F1_SLACK);
const foldLooks = await looksOf(chosenOn);
const { classes } = classifier.model;
const temperature = likeliestTemperature(foldLooks, classes);
const given = { classes, temperature };
const calibration = { ...given, threshold: strictestThreshold(foldLooks, JUDGED_SHARE, given) };
console.log(
  `fold 0: ${train.length} pictures; confidence ${confidence}, temperature ${temperature}`,
);
report('fold 0', foldLooks, calibration);

const val = await detectAll(detector, await readLabelled(dataFolder(), 'faces-val'));
const valLooks = await looksOf(val);
await writeDescription(dirname(detectorFile.path), {
  ...detector.model,
  thresholds: { ...detector.model.thresholds, confidence },
  measured: detectorFigures(val),
});
await writeDescription(dirname(classifier.path), {
  ...classifier.model,
  calibration: { temperature, threshold: calibration.threshold },
  measured: { ...classifier.model.measured, ...report('faces-val', valLooks, calibration) },
});
await session.release();
await detector.release();

function match(pictures: DetectedPicture[], overlap: number) {
  return pictures.map((p) => matchFaces(p.detections, p.labelled.faces, overlap));
}

function looksOf(pictures: DetectedPicture[]) {
  const scored = match(pictures, FOUND);
  const pairs = pictures.map(({ labelled }, i) => ({ labelled, scored: scored[i]! }));
  return lookAtAll(pairs, { session, classifier, confidence });
}

function detectorFigures(pictures: DetectedPicture[]): Record<string, number | string> {
  const usual = match(pictures, USUAL);
  const found = match(pictures, FOUND);
  const ap = (scored: typeof usual, low: number, high = Number.POSITIVE_INFINITY) =>
    figure(averagePrecision(tally(scored, [low, high])));
  const usualAt = precisionRecall(tally(usual, ASKED), confidence);
  const foundAt = precisionRecall(tally(found, ASKED), confidence);
  const figures = {
    pictures: `${pictures.length} pictures of faces-val, not trained on; longest side ${detector.model.input.size}`,
    ...{ faceAp16: ap(usual, 16), faceAp8to16: ap(usual, 8, 16), faceAp16to32: ap(usual, 16, 32) },
    ...{ faceAp32to64: ap(usual, 32, 64), faceAp64: ap(usual, 64) },
    ...{ precision16: figure(usualAt.precision), recall16: figure(usualAt.recall) },
    ...{ foundAp16: ap(found, 16), foundAp32: ap(found, 32) },
    ...{ foundPrecision16: figure(foundAt.precision), foundRecall16: figure(foundAt.recall) },
  };
  console.log('faces-val, detector:', figures);
  return figures;
}

function report(name: string, looks: typeof foldLooks, calibration: Calibration) {
  const judged = judge(looks, calibration);
  const loss = (t: number) => meanLoss(looks, { classes, temperature: t }).toFixed(3);
  console.log(`${name}, classifier: threshold ${calibration.threshold}`, judged);
  console.log(`${name}: mean loss ${loss(1)} at temperature 1, ${loss(temperature)} as chosen`);
  return {
    looks: `${judged.faces} faces of 32 px and more that the detector finds in ${name}`,
    judgedShare: figure(judged.judged / judged.faces),
    rightOfJudged: figure(judged.right / judged.judged),
  };
}

/** Without a value there was nothing to measure on; 0 in a card would be noticed. */
function figure(value = 0): number {
  return Number(value.toFixed(3));
}
