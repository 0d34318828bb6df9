import { join } from 'node:path';
import type { JudgedState } from '@maskwatch/contracts/mask-state';
import { messageOf, Problem } from '@maskwatch/platform/problem';
import { classFolders } from '@maskwatch/training/dataset/class-folders';
import { type ClassNames, meaningOf, stateOf } from '@maskwatch/training/dataset/class-names';
import { readPicture } from '@maskwatch/training/dataset/decode-picture';
import { folderFiles } from '@maskwatch/training/dataset/folder-files';
import { fillCrop } from '@maskwatch/vision/crops';
import { goldenPattern } from '@maskwatch/vision/golden-pattern';
import { detectorGeometry, fillDetectorInput } from '@maskwatch/vision/letterbox';
import { type Picture, rgbPicture } from '@maskwatch/vision/picture';
import type { InputPicture } from './picture-feeds.ts';

/** How many pictures the self-test runs; each also goes through the original's own reader. */
const mostTested = { detector: 8, classifier: 200 };
/** How many are judged when the scaling is looked for. */
export const mostProbed = 200;

export interface TestPictures {
  /** As it is told: "4 generated pictures", "8 pictures of faces". */
  what: string;
  pictures: InputPicture[];
}

/** How pictures are brought to a network: DetectorModel.input and ClassifierModel.crop fit. */
export type Fit =
  | { task: 'detector'; size: number; multiple: number; square: boolean }
  | { task: 'classifier'; size: number; shape: 'square' | 'box' };

/** Of the user's folder, else made here. */
export async function testPictures(fit: Fit, folder?: string): Promise<TestPictures> {
  if (folder === undefined) return generated(fit);
  const paths = await picturesOf(folder);
  const chosen = spread(paths, mostTested[fit.task]).map((path) => join(folder, path));
  const pictures: InputPicture[] = [];
  for (const path of chosen) pictures.push(await fitted(path, fit));
  const of = pictures.length === 1 ? 'picture' : 'pictures';
  return { what: `${pictures.length} ${of} of --pictures`, pictures };
}

export interface LabelledPicture {
  state: JudgedState;
  picture: InputPicture;
}

/**
 * Pictures of a folder per class, evenly chosen, as the classifier would see them. Problem
 * import-pictures where fewer than two states are there.
 */
export async function labelledPictures(
  folder: string,
  { fit, names }: { fit: Fit; names: ClassNames },
): Promise<LabelledPicture[]> {
  const files = await folderFiles(folder).catch((cause: unknown) => {
    throw pictureProblem(`${folder} cannot be read: ${messageOf(cause)}`, cause);
  });
  const classes = [...classFolders(files)].flatMap(([name, paths]) => {
    const state = stateOf(meaningOf(name, names));
    return state === undefined ? [] : [{ state, paths }];
  });
  if (new Set(classes.map(({ state }) => state)).size < 2) {
    throw pictureProblem(`${folder} has no folders of two mask states (mask, no_mask, ...)`);
  }
  const labelled: LabelledPicture[] = [];
  for (const { state, paths } of classes) {
    for (const path of spread(paths, Math.floor(mostProbed / classes.length))) {
      labelled.push({ state, picture: await fitted(join(folder, path), fit) });
    }
  }
  return labelled;
}

async function picturesOf(folder: string): Promise<string[]> {
  const { pictures } = await folderFiles(folder).catch((cause: unknown) => {
    throw pictureProblem(`${folder} cannot be read: ${messageOf(cause)}`, cause);
  });
  if (pictures.length === 0) throw pictureProblem(`there is no picture in ${folder}`);
  return pictures;
}

/** `most` of a list at equal distances. */
function spread<T>(list: readonly T[], most: number): T[] {
  const count = Math.min(most, list.length);
  return Array.from({ length: count }, (_, n) => list[Math.floor((n * list.length) / count)]!);
}

/** Detectors get the picture top left with padding; to a classifier the whole picture is one face. */
async function fitted(path: string, fit: Fit): Promise<InputPicture> {
  const { data, width, height } = await readPicture(path).catch((cause: unknown) => {
    throw pictureProblem(`${path} cannot be read: ${messageOf(cause)}`, cause);
  });
  const picture = rgbPicture(data, width, height);
  return fit.task === 'detector' ? letterboxed(picture, fit) : cut(picture, fit);
}

function letterboxed(picture: Picture, fit: Fit & { task: 'detector' }): InputPicture {
  const geometry = detectorGeometry(picture.width, picture.height, { ...fit, upscale: 'exact' });
  const planes = new Uint8Array(3 * geometry.width * geometry.height);
  fillDetectorInput(picture, geometry, planes);
  return { planes, width: geometry.width, height: geometry.height };
}

function cut(picture: Picture, { size, shape }: Fit & { task: 'classifier' }): InputPicture {
  const target = new Uint8Array(3 * size * size);
  fillCrop(picture, [0, 0, picture.width, picture.height], { shape, side: 1, size, target });
  return { planes: target, width: size, height: size };
}

/** The golden pattern, and three more of it, each turned on by an uneven part of its size. */
function generated(fit: Fit): TestPictures {
  const fixed = fit.task === 'classifier' || fit.square;
  const width = fit.size;
  // Not square where the network allows it: rows and columns are not mixed up unseen.
  const height = fixed ? fit.size : multipleBelow(fit.size, fit.multiple);
  const pattern = goldenPattern(width, height);
  const pictures = [0, 0.29, 0.53, 0.77].map((share): InputPicture => {
    const shift = Math.round(share * pattern.length);
    const planes = new Uint8Array(pattern.length);
    planes.set(pattern.subarray(shift));
    planes.set(pattern.subarray(0, shift), pattern.length - shift);
    return { planes, width, height };
  });
  return { what: `${pictures.length} generated pictures`, pictures };
}

/** About three quarters of a size, as cameras have it. */
function multipleBelow(size: number, multiple: number): number {
  return Math.max(multiple, Math.floor((0.75 * size) / multiple) * multiple);
}

function pictureProblem(what: string, cause?: unknown): Problem {
  return new Problem('import-pictures', `The pictures cannot be used: ${what}.`, {
    action:
      '--pictures takes a folder of pictures; to find the scaling, with a folder per class in it.',
    cause,
    status: 400,
  });
}
