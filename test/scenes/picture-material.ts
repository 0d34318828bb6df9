import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Box } from '@maskwatch/contracts/box';
import { faceSize } from '@maskwatch/contracts/box';
import type { JudgedState } from '@maskwatch/contracts/mask-state';
import { tarIndex, tarMember } from '@maskwatch/training/dataset/tar-archive';
import { decode } from './ffmpeg.ts';
import type { FaceCutOut, Material, Still, StillKind } from './material.ts';
import { softEdge } from './soft-edge.ts';

interface LabelledPicture {
  file: string;
  width: number;
  height: number;
  source: string;
  faces: { box: Box; label: JudgedState | 'face' }[];
}

/** Pictures with faces that nobody labelled: an alert on one of them would be right. */
const incomplete = new Set(['f002890.jpg', 'f002914.jpg']);
/** Building sites without people, seen by a fixed camera. */
const backgroundSource = 'AutobotZee/Danish-Construction-Site-Image-Dataset';
const shard = 'faces-val-00.tar';
/** Of the face's longer side, kept on each side of a cut-out. */
const margin = 0.55;
/** Faces of stills are at least this large where stored, so that they can be judged on the film. */
const stillFace = 22;
const cutOutFace = 40;

const even = (value: number) => 2 * Math.round(value / 2);

function overlaps(a: Box, b: Box): boolean {
  return a[0] < b[0] + b[2] && b[0] < a[0] + a[2] && a[1] < b[1] + b[3] && b[1] < a[1] + a[3];
}

function surroundings([x, y, width, height]: Box): Box {
  const side = margin * Math.max(width, height);
  return [
    Math.round(x - side),
    Math.round(y - side),
    Math.round(width + 2 * side),
    Math.round(height + 2 * side),
  ];
}

/** Faces that stand alone, with their surroundings inside the picture. */
function loneFaces(pictures: LabelledPicture[], state: JudgedState) {
  return pictures.flatMap((picture) =>
    picture.faces
      .filter(({ box, label }) => {
        if (label !== state || faceSize(box) < cutOutFace) return false;
        const region = surroundings(box);
        const others = picture.faces.filter((face) => face.box !== box);
        return (
          region[0] >= 0 &&
          region[1] >= 0 &&
          region[0] + region[2] <= picture.width &&
          region[1] + region[3] <= picture.height &&
          !others.some((face) => overlaps(face.box, region))
        );
      })
      .map(({ box }) => ({ picture, box })),
  );
}

function fits(kind: StillKind, { faces, width, height }: LabelledPicture): boolean {
  if (width < 380 || height < 200 || faces.length < 2 || faces.length > 6) return false;
  if (faces.some(({ box, label }) => label === 'face' || faceSize(box) < stillFace)) return false;
  const has = (state: JudgedState) => faces.some(({ label }) => label === state);
  if (kind === 'compliant') return !has('no_mask') && !has('incorrect');
  if (kind === 'bare') return !has('mask') && !has('incorrect');
  if (kind === 'mixed') return has('mask') && has('no_mask');
  return has('incorrect') && !has('no_mask');
}

/** Opens the labelled pictures below `folder`; undefined where there are none. */
export async function openPictures(folder: string): Promise<Material | undefined> {
  const path = join(folder, shard);
  if (!existsSync(path)) return undefined;
  const index = await tarIndex(path);
  const read = (name: string) => tarMember(path, index.get(name)!);
  const pictures = Buffer.from(await read('labels.jsonl'))
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LabelledPicture)
    .filter(({ file }) => !incomplete.has(file));
  const used = new Set<string>();
  // In the order of the set, each once: nothing is chosen by what a model says of it.
  const take = <T extends { file: string }>(candidates: T[], what: string): T => {
    const free = candidates.find(({ file }) => !used.has(file));
    if (free === undefined) throw new Error(`${shard} has no further ${what}`);
    used.add(free.file);
    return free;
  };

  return {
    name: 'pictures',
    async face(state, size): Promise<FaceCutOut> {
      const lone = loneFaces(pictures, state).map((one) => ({ ...one, file: one.picture.file }));
      const { file, box } = take(lone, `lone ${state} face`);
      const [x, y, w, h] = surroundings(box);
      const scale = size / faceSize(box);
      const [width, height] = [even(w * scale), even(h * scale)];
      const flags = scale < 1 ? 'area' : 'bicubic';
      const filters = `format=rgb24,crop=${w}:${h}:${x}:${y}:exact=1,scale=${width}:${height}:flags=${flags}`;
      const cutOut = await decode(await read(file), { filters, width, height });
      const [sx, sy] = [width / w, height / h];
      return {
        ...softEdge(cutOut.picture),
        face: [(box[0] - x) * sx, (box[1] - y) * sy, box[2] * sx, box[3] * sy],
      };
    },
    async still(kind): Promise<Still> {
      const { file, width, height, faces } = take(
        pictures.filter((picture) => fits(kind, picture)),
        `${kind} still`,
      );
      const size = { width: even(width), height: even(height) };
      const filters = `scale=${size.width}:${size.height}`;
      const { picture } = await decode(await read(file), { filters, ...size });
      return {
        picture,
        faces: faces.map(({ box, label }) => ({ box, state: label as JudgedState })),
      };
    },
    async background(width, height) {
      const empty = pictures.filter(({ source }) => source === backgroundSource);
      const { file } = take(empty, 'background');
      const filters = `scale=${width}:${height}:force_original_aspect_ratio=increase,crop=${width}:${height}`;
      return (await decode(await read(file), { filters, width, height })).picture;
    },
  };
}
