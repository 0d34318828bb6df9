import type { Box } from '@maskwatch/contracts/box';
import { faceSize } from '@maskwatch/contracts/box';
import type { Detection } from '@maskwatch/contracts/detection';
import { messageOf, Problem } from '@maskwatch/platform/problem';
import { type CropShape, cropRegion } from '@maskwatch/vision/crops';
import { type Picture, rgbPicture } from '@maskwatch/vision/picture';
import { stateOf } from '../dataset/class-names.ts';
import type { DataPicture, DataSet } from '../dataset/dataset.ts';
import { type DecodedPicture, readPicture } from '../dataset/decode-picture.ts';
import { type Fingerprint, fingerprintOf } from '../dataset/fingerprint.ts';
import { nearDuplicateGroups } from '../dataset/near-duplicates.ts';
import { type FaceCut, pictureRegion } from './face-cut.ts';
import type { FeatureCache } from './feature-cache.ts';

/** Pictures that are decoded at once; each may take some tens of megabytes. */
const usuallyAtOnce = 4;

export interface GatherOptions {
  /** How a face is cut: ClassifierModel.crop. */
  crop: CropShape;
  /**
   * Faces that are believed, in pixels of the picture; asked for pictures of which the whole has a
   * label. Without it the whole picture is cut (`--faces whole`).
   */
  findFaces?: (picture: Picture) => Promise<Detection[]>;
  /** Keeps what was found, by the picture's bytes and a word for detector and thresholds. */
  remember?: { cache: FeatureCache; detector: string };
  /** Labelled faces below this size in pixels are left out. */
  smallestFace?: number;
  atOnce?: number;
  onPicture?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

export interface GatheredCuts {
  /** In the order of the pictures. */
  cuts: FaceCut[];
  /** Who said where the faces are; `picture`: nobody, in so many the whole picture was cut. */
  counts: Record<FaceCut['from'], number>;
  /** Pictures that cannot be read, and files of labels, each with its reason. */
  skipped: DataSet['skipped'];
}

interface Seen {
  picture: DataPicture;
  print: Fingerprint;
  places: Pick<FaceCut, 'box' | 'label' | 'from' | 'region'>[];
}

/**
 * Every face to learn from: reads each picture once, leaves broken ones out, takes labelled faces where
 * there are some, else the largest face that is found, else the whole picture; and numbers groups of
 * pictures that look alike. Rejects with the signal's reason when it is aborted.
 */
export async function gatherCuts(set: DataSet, options: GatherOptions): Promise<GatheredCuts> {
  const skipped = [...set.skipped];
  const seen: (Seen | undefined)[] = Array.from({ length: set.pictures.length });
  let [next, done] = [0, 0];
  const work = async () => {
    for (let i = next++; i < set.pictures.length; i = next++) {
      options.signal?.throwIfAborted();
      const picture = set.pictures[i]!;
      try {
        seen[i] = await look(picture, options);
      } catch (thrown) {
        if (!(thrown instanceof Problem) || !aboutPicture.has(thrown.code)) throw thrown;
        skipped.push({ file: picture.file, reason: messageOf(thrown) });
      }
      done += 1;
      options.onPicture?.(done, set.pictures.length);
    }
  };
  await Promise.all(Array.from({ length: options.atOnce ?? usuallyAtOnce }, work));
  return { ...cutsOf(seen.filter((one) => one !== undefined)), skipped };
}

/** Faults of one picture; others, as of a detector that does not run, end it all. */
const aboutPicture = new Set(['picture-unreadable', 'file-too-large', 'tar-invalid']);

async function look(picture: DataPicture, options: GatherOptions): Promise<Seen> {
  const bytes = await bytesOf(picture);
  const decoded = await readPicture(bytes);
  const print = fingerprintOf(bytes, decoded);
  const { label, faces } = picture;
  if (label === undefined) return { picture, print, places: labelledPlaces(faces ?? [], options) };
  const box = await largestFace(decoded, print.sha256, options);
  if (box !== undefined) {
    const region = cropRegion(box, options.crop);
    return { picture, print, places: [{ box, label, from: 'detector', region }] };
  }
  const whole: Box = [0, 0, decoded.width, decoded.height];
  const region = pictureRegion(decoded, options.crop);
  return { picture, print, places: [{ box: whole, label, from: 'picture', region }] };
}

/** A file that is gone by now is a picture that cannot be read. */
async function bytesOf(picture: DataPicture): Promise<Uint8Array> {
  try {
    return await picture.bytes();
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    throw new Problem('picture-unreadable', messageOf(cause), { cause });
  }
}

function labelledPlaces(
  faces: NonNullable<DataPicture['faces']>,
  { crop, smallestFace = 0 }: GatherOptions,
): Seen['places'] {
  return faces.flatMap(({ box, label, ignore }) => {
    const state = stateOf(label);
    if (state === undefined || ignore === true || faceSize(box) < smallestFace) return [];
    return [{ box, label: state, from: 'label' as const, region: cropRegion(box, crop) }];
  });
}

async function largestFace(
  decoded: DecodedPicture,
  sha256: string,
  { findFaces, remember }: GatherOptions,
): Promise<Box | undefined> {
  if (findFaces === undefined) return undefined;
  const key = JSON.stringify(['largest face', remember?.detector, sha256]);
  const kept = await remember?.cache.read(key, 4);
  if (kept !== undefined) return boxOf(kept);
  const faces = await findFaces(rgbPicture(decoded.data, decoded.width, decoded.height));
  const boxes = faces.map(({ box }) => box).sort((a, b) => faceSize(b) - faceSize(a));
  // As it is kept, so that the first run and the next cut the same pixels.
  const values = Float32Array.from(boxes[0] ?? [0, 0, 0, 0]);
  await remember?.cache.write(key, values);
  return boxOf(values);
}

/** No face is kept as a box without area. */
function boxOf([x, y, width, height]: Float32Array): Box | undefined {
  return width! > 0 ? [x!, y!, width!, height!] : undefined;
}

function cutsOf(seen: readonly Seen[]): Pick<GatheredCuts, 'cuts' | 'counts'> {
  const groups = nearDuplicateGroups(
    seen.map(({ picture, print }) => ({ file: picture.file, print })),
  );
  const counts = { label: 0, detector: 0, picture: 0 };
  const cuts = seen.flatMap(({ picture, places }, i) => {
    for (const { from } of places) counts[from] += 1;
    return places.map((place) => ({ ...place, picture, group: groups[i]! }));
  });
  return { cuts, counts };
}
