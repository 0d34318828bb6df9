import { faceSize } from '@maskwatch/contracts/box';
import { likeliest } from '@maskwatch/contracts/mask-state';
import type { DataPicture } from '@maskwatch/training/dataset/dataset';
import { readPicture } from '@maskwatch/training/dataset/decode-picture';
import { scored, smallestAsked } from '@maskwatch/training/evaluation/detector-figures';
import { foundOverlap } from '@maskwatch/training/evaluation/face-matching';
import type { PicturePrediction } from '@maskwatch/training/evaluation/prediction';
import type { Section, Tile } from '@maskwatch/training/report/section';
import { drawBoxes, type LabelledBox } from '@maskwatch/vision/draw-boxes';
import sharp from 'sharp';
import { counted } from '../../counted.ts';

const mostTiles = 24;
const tileSide = 360;
const quality = 78;

/** Boxes to draw on one picture, and how many of them are faults. */
export interface MarkedPicture {
  file: string;
  boxes: LabelledBox[];
  missed: number;
  nothingThere: number;
  wrongState: number;
}

/**
 * What was found at the confidence and what was not, by the kind of line: thin and whole a face that
 * was found, thick one where nothing is labelled, dashed one with another state than labelled,
 * dotted a labelled face from 16 px on that was not found. Worst pictures first.
 */
export function markedPictures(
  predictions: readonly PicturePrediction[],
  confidence: number,
): MarkedPicture[] {
  return scored(predictions, foundOverlap)
    .map(({ detections, faces, partial }, n) => {
      const marked: MarkedPicture = {
        ...{ file: predictions[n]!.file, boxes: [], missed: 0, nothingThere: 0, wrongState: 0 },
      };
      const found = detections.filter(({ detection }) => detection.confidence >= confidence);
      const hits = new Set(found.map(({ face }) => face));
      for (const face of faces) {
        if (hits.has(face) || face.ignore === true || faceSize(face.box) < smallestAsked) continue;
        marked.missed += 1;
        marked.boxes.push({ box: face.box, state: 'unknown', label: 'missed' });
      }
      for (const { detection, face } of found) {
        const { box } = detection;
        const said = likeliest(detection.probabilities ?? {})?.state;
        const words = `${said?.replace('_', ' ') ?? ''} ${detection.confidence.toFixed(2)}`.trim();
        if (face === undefined && partial !== true) {
          marked.nothingThere += 1;
          marked.boxes.push({ box, state: 'no_mask', label: words });
        } else if (said !== undefined && isOther(face?.label, said)) {
          marked.wrongState += 1;
          marked.boxes.push({ box, state: 'incorrect', label: words });
        } else {
          marked.boxes.push({ box, state: 'mask', label: words });
        }
      }
      return marked;
    })
    .sort((a, b) => faultsOf(b) - faultsOf(a));
}

/** A sheet of the worst pictures and, where fewer have faults, of right ones. */
export async function errorSheet(
  predictions: readonly PicturePrediction[],
  { confidence, pictures }: { confidence: number; pictures: readonly DataPicture[] },
): Promise<Section> {
  const byFile = new Map(pictures.map((picture) => [picture.file, picture]));
  const shown = markedPictures(predictions, confidence).slice(0, mostTiles);
  const tiles: Tile[] = [];
  for (const marked of shown) tiles.push(await tileOf(marked, byFile.get(marked.file)!));
  return {
    title: 'Found and missed',
    note: `At confidence ${confidence}, worst pictures first. Thin line: a labelled face was found. Thick: nothing is labelled there. Dashed: another state than labelled. Dotted: a labelled face from ${smallestAsked} px on was missed.`,
    kind: 'sheet',
    tiles,
  };
}

async function tileOf(marked: MarkedPicture, picture: DataPicture): Promise<Tile> {
  const { data, width, height } = await readPicture(await picture.bytes());
  const scale = Math.min(1, tileSide / Math.max(width, height));
  const [w, h] = [width, height].map((side) => Math.max(1, Math.round(side * scale)));
  const raw = { width, height, channels: 3 } as const;
  const small = await sharp(data, { raw }).resize(w!, h!, { fit: 'fill' }).raw().toBuffer();
  const boxes = marked.boxes.map(({ box: [x, y, bw, bh], ...rest }) => ({
    ...rest,
    box: [x * scale, y * scale, bw * scale, bh * scale] as const,
  }));
  drawBoxes({ data: small, width: w!, height: h! }, boxes);
  const jpeg = await sharp(small, { raw: { width: w!, height: h!, channels: 3 } })
    .jpeg({ quality })
    .toBuffer();
  return { jpeg, caption: captionOf(marked), wrong: faultsOf(marked) > 0 };
}

function captionOf({ file, missed, nothingThere, wrongState }: MarkedPicture): string {
  const parts = [
    ...(missed > 0 ? [`${missed} missed`] : []),
    ...(nothingThere > 0 ? [`${nothingThere} with nothing there`] : []),
    ...(wrongState > 0 ? [counted(wrongState, 'other state')] : []),
  ];
  return `${file}: ${parts.length === 0 ? 'all right' : parts.join(', ')}`;
}

function isOther(labelled: string | undefined, said: string): boolean {
  return labelled !== undefined && labelled !== 'face' && labelled !== said;
}

function faultsOf({ missed, nothingThere, wrongState }: MarkedPicture): number {
  return missed + nothingThere + wrongState;
}
