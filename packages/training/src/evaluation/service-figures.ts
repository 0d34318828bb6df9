import { faceSize } from '@maskwatch/contracts/box';
import { JudgedState, likeliest } from '@maskwatch/contracts/mask-state';
import { scored } from './detector-figures.ts';
import { foundOverlap } from './face-matching.ts';
import type { PicturePrediction } from './prediction.ts';
import { present } from './present.ts';

export interface ServiceOptions {
  /** Detections below it are not looked at. */
  confidence: number;
  /** Below this probability of the likeliest state a face is `unknown`. */
  believeFrom: number;
  /** Smaller faces are not judged, in pixels. */
  smallestFace: number;
}

/** What a camera's owner would say of each labelled face, one look a face. */
export interface ServiceFigures extends ServiceOptions {
  labels: JudgedState[];
  said: string[];
  /** Rows as `labels`, columns as `said`. */
  counts: number[][];
  /** Of the labelled faces that were found, the share that gets a state. */
  judgedShare?: number;
  rightOfJudged?: number;
  /** Boxes round no labelled face, and how many of them get a state all the same. */
  strays: { boxes: number; judged: number };
}

const notFound = 'not found';
const said = [...JudgedState.options, 'unknown', notFound];

/** Follows each labelled face of a known state through detector and classifier. */
export function serviceFigures(
  pictures: readonly PicturePrediction[],
  options: ServiceOptions,
): ServiceFigures {
  const { believeFrom, confidence, smallestFace } = options;
  const answers: { label: JudgedState; answer: string }[] = [];
  const strays = { boxes: 0, judged: 0 };
  const sure = pictures.map(({ detections, ...picture }) => ({
    ...picture,
    detections: detections.filter((found) => found.confidence >= confidence),
  }));
  for (const { faces, detections, partial } of scored(sure, foundOverlap)) {
    const missed = new Set(faces);
    for (const { detection, face } of detections) {
      if (face !== undefined) missed.delete(face);
      if (faceSize(detection.box) < smallestFace) continue;
      const best = likeliest(detection.probabilities ?? {});
      const answer = best !== undefined && best.probability >= believeFrom ? best.state : 'unknown';
      if (face === undefined) {
        if (partial === true) continue;
        strays.boxes += 1;
        strays.judged += answer === 'unknown' ? 0 : 1;
      } else if (face.label !== 'face' && face.ignore !== true) {
        answers.push({ label: face.label, answer });
      }
    }
    for (const { box, label, ignore } of missed) {
      if (label === 'face' || ignore === true || faceSize(box) < smallestFace) continue;
      answers.push({ label, answer: notFound });
    }
  }
  return { ...options, ...countsOf(answers), strays };
}

function countsOf(answers: readonly { label: JudgedState; answer: string }[]) {
  const labels = JudgedState.options.filter((state) =>
    answers.some(({ label }) => label === state),
  );
  const found = answers.filter(({ answer }) => answer !== notFound);
  const judged = found.filter(({ answer }) => answer !== 'unknown');
  const right = judged.filter(({ label, answer }) => label === answer);
  const share = (part: unknown[], whole: unknown[]) =>
    whole.length === 0 ? undefined : part.length / whole.length;
  return {
    ...{ labels, said },
    counts: labels.map((state) =>
      said.map(
        (one) => answers.filter(({ label, answer }) => label === state && answer === one).length,
      ),
    ),
    ...present('judgedShare', share(judged, found)),
    ...present('rightOfJudged', share(right, judged)),
  };
}
