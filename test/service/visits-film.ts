/** A film with known violations: one bare visitor after the other, beside somebody with a mask. */
import type { JudgedState } from '@maskwatch/contracts/mask-state';
import { buildWalk, openMaterial } from '../scenes/build-scenes.ts';
import type { Role } from '../scenes/scene-scripts.ts';

export interface Visit {
  /** Seconds of the film. */
  from: number;
  to: number;
  /** Of the face's centre, in pixels. */
  x: number;
}

export interface VisitsFilm {
  film: string;
  seconds: number;
  /** Those of bare visitors: each is one violation, each time the film is played. */
  visits: Visit[];
}

/** All stand further apart than three face widths, or the rules could take one for another. */
const visits: Visit[] = [
  { from: 1, to: 9, x: 150 },
  { from: 11, to: 19, x: 790 },
  { from: 21, to: 29, x: 470 },
  { from: 31, to: 39, x: 1110 },
];

function standing(
  state: JudgedState,
  { from, to, x }: Visit,
  { y, size }: { y: number; size: number },
): Role {
  return {
    state,
    path: [
      [from, x, y, size],
      [to, x + 15, y, size],
    ],
  };
}

export async function buildVisitsFilm(directory: string): Promise<VisitsFilm> {
  const seconds = 40;
  const people = [
    standing('mask', { from: 0, to: seconds, x: 640 }, { y: 170, size: 64 }),
    ...visits.map((visit) => standing('no_mask', visit, { y: 470, size: 72 })),
  ];
  const material = await openMaterial();
  const name = 'visits';
  const { film } = await buildWalk({
    ...{ name, directory, seconds, people, material },
    frameRate: 10,
  });
  return { film, seconds, visits };
}
