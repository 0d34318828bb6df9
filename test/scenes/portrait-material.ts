import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Box } from '@maskwatch/contracts/box';
import { faceSize } from '@maskwatch/contracts/box';
import type { JudgedState } from '@maskwatch/contracts/mask-state';
import type { Picture } from '@maskwatch/vision/picture';
import { yuv420pBytes, yuv420pPicture } from '@maskwatch/vision/picture';
import { paste } from './canvas.ts';
import { decode } from './ffmpeg.ts';
import type { FaceCutOut, Material, StillKind } from './material.ts';

const folder = join(import.meta.dirname, 'portraits');
const even = (value: number) => 2 * Math.round(value / 2);

/** Brightness (-1 to 1) and colour angle (degrees) of the people, in turn: they are one portrait. */
const looks = [
  [0, 0],
  [-0.06, 8],
  [0.05, -6],
  [-0.03, -10],
  [0.03, 12],
] as const;

const stillStates: Record<StillKind, JudgedState[]> = {
  compliant: ['mask', 'mask', 'mask'],
  bare: ['no_mask', 'no_mask'],
  mixed: ['mask', 'no_mask', 'mask'],
  incorrect: ['incorrect', 'mask'],
};

/** A wall and a floor, a little different each time. */
function room(width: number, height: number, turn: number): Picture {
  const picture = yuv420pPicture(new Uint8Array(yuv420pBytes(width, height)), width, height);
  const [luma, blue, red] = picture.planes;
  for (let y = 0; y < height; y += 1) {
    const wall = 190 - turn * 7 - (24 * y) / height;
    const floor = 96 + turn * 5 + (30 * y) / height;
    luma.data.fill(y < height * 0.74 ? wall : floor, y * width, (y + 1) * width);
  }
  blue.data.fill(125 + turn);
  red.data.fill(130 - turn);
  return picture;
}

/** People cut out of the one portrait that the demo film is made of. */
export async function openPortrait(): Promise<Material> {
  const facts = JSON.parse(await readFile(join(folder, 'portraits.json'), 'utf8')) as {
    face: Box;
    width: number;
    height: number;
  };
  const png = new Map<JudgedState, Uint8Array>();
  for (const state of ['mask', 'no_mask', 'incorrect'] as const) {
    png.set(state, await readFile(join(folder, `${state}.png`)));
  }
  let turn = 0;

  const face = async (state: JudgedState, size: number): Promise<FaceCutOut> => {
    turn += 1;
    const [brightness, hue] = looks[turn % looks.length]!;
    const flip = turn % 2 === 1;
    const scale = size / faceSize(facts.face);
    const width = even(facts.width * scale);
    const height = even(facts.height * scale);
    const scaled = `scale=${width}:${height}:flags=${scale < 1 ? 'area' : 'bicubic'}`;
    const filters = `${scaled},format=yuva420p${flip ? ',hflip' : ''}`;
    const cutOut = await decode(png.get(state)!, { filters, width, height });
    tint(cutOut.picture, brightness, hue);
    const [x, y, w, h] = facts.face.map((value) => value * scale) as unknown as Box;
    return { ...cutOut, face: [flip ? width - x - w : x, y, w, h] };
  };

  return {
    name: 'portrait',
    face,
    async background(width, height) {
      turn += 1;
      return room(width, height, turn % 4);
    },
    async still(kind) {
      const [width, height] = [640, 360];
      const picture = room(width, height, turn % 4);
      const states = stillStates[kind];
      const faces: { box: Box; state: JudgedState }[] = [];
      for (const [index, state] of states.entries()) {
        const cutOut = await face(state, 34 + 9 * (index % 2));
        const left = even((width * (index + 1)) / (states.length + 1) - cutOut.picture.width / 2);
        const top = even(110 + 26 * (index % 2));
        paste(picture, cutOut, { left, top, scale: 1 });
        const [x, y, w, h] = cutOut.face;
        faces.push({ box: [left + x, top + y, w, h], state });
      }
      return { picture, faces };
    },
  };
}

function tint(picture: Picture, brightness: number, hue: number): void {
  const [luma, blue, red] = picture.planes;
  luma.data.forEach((value, i) => {
    luma.data[i] = Math.min(235, Math.max(16, value + brightness * 219));
  });
  const angle = (hue * Math.PI) / 180;
  blue.data.forEach((value, i) => {
    const [u, v] = [value - 128, red.data[i]! - 128];
    blue.data[i] = Math.round(128 + u * Math.cos(angle) - v * Math.sin(angle));
    red.data[i] = Math.round(128 + u * Math.sin(angle) + v * Math.cos(angle));
  });
}
