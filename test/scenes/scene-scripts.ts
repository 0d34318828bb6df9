import type { JudgedState } from '@maskwatch/contracts/mask-state';
import type { StillKind } from './material.ts';
import type { Step } from './motion.ts';

/** One person who walks over a background: [second, x, y of the face's centre, size of the face]. */
export interface Role {
  state: JudgedState;
  path: Step[];
}

/** People cut out of different pictures, each moving on their own. */
export interface WalkScript {
  name: string;
  seconds: number;
  people: Role[];
}

/** A camera over a still: [second, x, y, zoom], x and y from 0 to 1 of the room that zoom leaves. */
export interface CameraScript {
  name: string;
  seconds: number;
  still: StillKind;
  camera: Step[];
  /** From and to which second the picture is blurred, and the Gaussian's sigma in pixels. */
  blur?: readonly [number, number, number];
}

const width = 1280;

/** Comes in from a side, stops at x, leaves on the same side after the stop. */
function visit(
  side: 'left' | 'right',
  {
    x,
    y,
    size,
    from,
    stop,
    leave,
    to,
  }: Record<'x' | 'y' | 'size' | 'from' | 'stop' | 'leave' | 'to', number>,
): Step[] {
  const outside = side === 'left' ? -1.5 * size : width + 1.5 * size;
  return [
    [from, outside, y, size],
    [stop, x, y + 6, size],
    [leave, x, y + 6, size],
    [to, outside, y, size],
  ];
}

/** Walks from one side to the other. */
function cross(
  side: 'left' | 'right',
  { y, size, from, to }: Record<'y' | 'size' | 'from' | 'to', number>,
): Step[] {
  const ends = [-1.5 * size, width + 1.5 * size];
  if (side === 'right') ends.reverse();
  return [
    [from, ends[0]!, y, size],
    [to, ends[1]!, y + 10, size],
  ];
}

export const walkScripts: WalkScript[] = [
  {
    name: 'two-masked',
    seconds: 14,
    people: [
      {
        state: 'mask',
        path: visit('left', { x: 380, y: 260, size: 90, from: 0, stop: 4, leave: 9, to: 13 }),
      },
      {
        state: 'mask',
        path: visit('right', { x: 860, y: 230, size: 64, from: 1, stop: 6, leave: 9, to: 14 }),
      },
    ],
  },
  {
    name: 'one-bare',
    seconds: 14,
    people: [
      {
        state: 'no_mask',
        path: visit('right', { x: 700, y: 280, size: 84, from: 0, stop: 4, leave: 10, to: 14 }),
      },
    ],
  },
  {
    name: 'four-mixed',
    seconds: 18,
    people: [
      {
        state: 'mask',
        path: visit('left', { x: 220, y: 220, size: 56, from: 0, stop: 3, leave: 13, to: 17 }),
      },
      {
        state: 'no_mask',
        path: visit('left', { x: 500, y: 330, size: 96, from: 1, stop: 5, leave: 12, to: 17 }),
      },
      {
        state: 'mask',
        path: visit('right', { x: 800, y: 240, size: 72, from: 0, stop: 4, leave: 12, to: 17 }),
      },
      {
        state: 'mask',
        path: visit('right', { x: 1080, y: 300, size: 80, from: 3, stop: 6, leave: 14, to: 18 }),
      },
    ],
  },
  {
    name: 'one-worn-wrongly',
    seconds: 14,
    people: [
      {
        state: 'incorrect',
        path: visit('left', { x: 420, y: 280, size: 96, from: 0, stop: 4, leave: 10, to: 14 }),
      },
      {
        state: 'mask',
        path: visit('right', { x: 900, y: 250, size: 70, from: 1, stop: 5, leave: 10, to: 14 }),
      },
    ],
  },
  {
    name: 'four-too-small',
    seconds: 14,
    // The detector draws such faces up to a third larger than their labels: still below 32 px.
    people: [
      { state: 'mask', path: cross('left', { y: 180, size: 19, from: 0, to: 13 }) },
      { state: 'no_mask', path: cross('right', { y: 300, size: 22, from: 0, to: 14 }) },
      {
        state: 'no_mask',
        path: visit('left', { x: 500, y: 420, size: 21, from: 0, stop: 5, leave: 10, to: 14 }),
      },
      {
        state: 'mask',
        path: visit('right', { x: 900, y: 520, size: 23, from: 1, stop: 6, leave: 10, to: 14 }),
      },
    ],
  },
  {
    name: 'six-people',
    seconds: 20,
    people: [
      {
        state: 'mask',
        path: visit('left', { x: 150, y: 200, size: 50, from: 0, stop: 3, leave: 15, to: 18 }),
      },
      {
        state: 'mask',
        path: visit('left', { x: 350, y: 330, size: 70, from: 1, stop: 5, leave: 14, to: 18 }),
      },
      {
        state: 'no_mask',
        path: visit('left', { x: 560, y: 200, size: 60, from: 0, stop: 5, leave: 13, to: 18 }),
      },
      {
        state: 'mask',
        path: visit('right', { x: 1130, y: 220, size: 56, from: 2, stop: 5, leave: 16, to: 20 }),
      },
      {
        state: 'no_mask',
        path: visit('right', { x: 960, y: 380, size: 84, from: 1, stop: 6, leave: 14, to: 19 }),
      },
      {
        state: 'mask',
        path: visit('right', { x: 760, y: 300, size: 64, from: 0, stop: 5, leave: 13, to: 18 }),
      },
    ],
  },
  {
    name: 'two-cross',
    seconds: 14,
    people: [
      { state: 'no_mask', path: cross('left', { y: 250, size: 72, from: 0, to: 12 }) },
      { state: 'mask', path: cross('right', { y: 310, size: 88, from: 1, to: 13 }) },
    ],
  },
  {
    name: 'one-comes-near',
    seconds: 14,
    people: [
      {
        state: 'no_mask',
        path: [
          [0, 700, 180, 20],
          [8, 620, 300, 110],
          [14, 600, 310, 114],
        ],
      },
    ],
  },
  {
    name: 'three-in-a-hurry',
    seconds: 12,
    people: [
      { state: 'mask', path: cross('left', { y: 200, size: 44, from: 0, to: 4.5 }) },
      { state: 'mask', path: cross('right', { y: 330, size: 60, from: 2, to: 7 }) },
      { state: 'mask', path: cross('left', { y: 470, size: 80, from: 6, to: 11 }) },
    ],
  },
];

export const cameraScripts: CameraScript[] = [
  {
    name: 'pan-over-masked',
    seconds: 14,
    still: 'compliant',
    camera: [
      [0, 0, 0.5, 1.15],
      [7, 1, 0.5, 1.15],
      [14, 0.3, 0.5, 1.1],
    ],
  },
  {
    name: 'zoom-on-bare',
    seconds: 14,
    still: 'bare',
    camera: [
      [0, 0.5, 0.5, 1],
      [7, 0.5, 0.5, 1.2],
      [14, 0.5, 0.5, 1],
    ],
  },
  {
    name: 'pan-over-mixed',
    seconds: 14,
    still: 'mixed',
    camera: [
      [0, 0.2, 0.5, 1.05],
      [7, 0.8, 0.4, 1.05],
      [14, 0.5, 0.5, 1],
    ],
  },
  {
    name: 'pan-over-worn-wrongly',
    seconds: 14,
    still: 'incorrect',
    camera: [
      [0, 0.3, 0.5, 1.1],
      [14, 0.7, 0.5, 1.1],
    ],
  },
  {
    name: 'fast-pan',
    seconds: 14,
    still: 'compliant',
    camera: [
      [0, 0, 0.5, 1.3],
      [4, 0, 0.5, 1.3],
      [5, 1, 0.5, 1.3],
      [9, 1, 0.5, 1.3],
      [10, 0, 0.5, 1.3],
      [14, 0, 0.5, 1.3],
    ],
  },
  {
    name: 'blurred-for-a-while',
    seconds: 16,
    still: 'mixed',
    camera: [
      [0, 0.4, 0.5, 1.05],
      [16, 0.6, 0.5, 1.05],
    ],
    blur: [7, 10, 18],
  },
];

/** Four people, one bare, who stay in the picture: for a test camera and for measuring. */
export const fourPeople: Role[] = [
  {
    state: 'mask',
    path: [
      [0, 200, 240, 84],
      [30, 300, 250, 84],
      [60, 200, 240, 84],
    ],
  },
  {
    state: 'no_mask',
    path: [
      [0, 520, 330, 96],
      [30, 470, 320, 96],
      [60, 520, 330, 96],
    ],
  },
  {
    state: 'mask',
    path: [
      [0, 800, 230, 64],
      [30, 760, 240, 64],
      [60, 800, 230, 64],
    ],
  },
  {
    state: 'mask',
    path: [
      [0, 1080, 300, 90],
      [30, 1020, 310, 90],
      [60, 1080, 300, 90],
    ],
  },
];

/** Enough to see the whole path once: `few` builds only these. */
export const fewNames = ['two-masked', 'one-bare', 'four-too-small', 'pan-over-mixed'];
