import type { Box } from '@maskwatch/contracts/box';
import type { Detection } from '@maskwatch/contracts/detection';
import { overlap } from '../overlap.ts';
import type { Random } from './random.ts';

export const picture = { width: 1280, height: 720 };
/** Pixels: a lens that sees 65 degrees across. */
const focal = 1000;
const faceWidth = 0.16;
const faceHeight = 0.2;
/** Metres from the camera's height down to a face. */
const below = 0.7;

/** Metres: x to the right, z away from the camera; seconds. */
interface Leg {
  from: number;
  until: number;
  x: number;
  z: number;
  speedX: number;
  speedZ: number;
  /** Turned away: a face that no detector finds. */
  hidden: boolean;
}

export interface Walker {
  person: number;
  legs: Leg[];
  drop: number;
}

/** A detection with the truth: whose face it is, undefined where there is none. */
export interface TrueDetection extends Detection {
  person: number | undefined;
}

const speed = (random: Random) => random.between(0.7, 1.4);

/** Across the picture, perhaps with a stop and a turn on the way. */
export function crossing(random: Random, given: { person: number; from: number }): Walker {
  const z = random.between(2.5, 5);
  const direction = random.chance(0.5) ? 1 : -1;
  const start = { from: given.from, x: -direction * 0.64 * z, z };
  const speedX = direction * speed(random);
  const turns = random.chance(0.3);
  const seconds = (1.28 * z) / Math.abs(speedX);
  if (!turns) return walker(random, given.person, [leg(start, seconds, { speedX })]);
  const walked = leg(start, seconds * random.between(0.3, 0.7), { speedX });
  const stood = after(walked, random.between(0.5, 2), {});
  const turned = after(stood, random.between(0.2, 0.6), { hidden: true });
  const back = after(turned, seconds, { speedX: -direction * speed(random) });
  return walker(random, given.person, [walked, stood, turned, back]);
}

/** Towards the camera, a little aslant, perhaps with a stop. */
export function approach(random: Random, given: { person: number; from: number }): Walker {
  const z = random.between(6, 7.5);
  const start = { from: given.from, x: random.between(-1.5, 1.5), z };
  const speedZ = -speed(random);
  const speedX = random.between(-0.25, 0.25);
  const seconds = (z - 1.4) / -speedZ;
  if (!random.chance(0.3))
    return walker(random, given.person, [leg(start, seconds, { speedX, speedZ })]);
  const walked = leg(start, seconds * random.between(0.3, 0.7), { speedX, speedZ });
  const stood = after(walked, random.between(0.5, 3), {});
  const on = after(stood, seconds - (walked.until - walked.from), { speedX, speedZ });
  return walker(random, given.person, [walked, stood, on]);
}

type Motion = Partial<Pick<Leg, 'speedX' | 'speedZ' | 'hidden'>>;

function leg(start: Pick<Leg, 'from' | 'x' | 'z'>, seconds: number, motion: Motion): Leg {
  const still = { speedX: 0, speedZ: 0, hidden: false };
  return { ...start, until: start.from + seconds, ...still, ...motion };
}

function after(last: Leg, seconds: number, motion: Motion): Leg {
  const took = last.until - last.from;
  const x = last.x + last.speedX * took;
  return leg({ from: last.until, x, z: last.z + last.speedZ * took }, seconds, motion);
}

function walker(random: Random, person: number, legs: Leg[]): Walker {
  return { person, legs, drop: below + 0.08 * random.normal() };
}

/** The face in analysis pixels, with its depth; undefined while outside of the picture. */
export function faceOf(
  { legs, drop }: Walker,
  second: number,
): { box: Box; z: number; hidden: boolean } | undefined {
  const now = legs.find(({ from, until }) => second >= from && second < until);
  if (now === undefined) return undefined;
  const z = now.z + now.speedZ * (second - now.from);
  const x = now.x + now.speedX * (second - now.from);
  // The head bobs by 2 cm, twice in a step and a half of a second.
  const bob =
    now.speedX === 0 && now.speedZ === 0 ? 0 : 0.02 * Math.sin(2 * Math.PI * 1.8 * second);
  const width = (focal * faceWidth) / z;
  const height = (focal * faceHeight) / z;
  const box: Box = [
    picture.width / 2 + (focal * x) / z - width / 2,
    picture.height / 2 - 100 + (focal * (drop + bob)) / z - height / 2,
    width,
    height,
  ];
  const inside = box[0] > 0 && box[0] + width < picture.width && box[1] + height < picture.height;
  return inside ? { box, z, hidden: now.hidden } : undefined;
}

/**
 * What a detector says of the walkers: boxes that jitter, misses alone and in bursts, whoever is
 * behind another lost for a while, and boxes where nobody is.
 */
export class SimulatedDetector {
  readonly #random: Random;
  /** By person: until which second nothing is found. */
  #missing = new Map<number, number>();
  /** A false box that stays for some frames. */
  #ghost: { box: Box; until: number } | undefined;

  constructor(random: Random) {
    this.#random = random;
  }

  detect(walkers: Walker[], second: number): TrueDetection[] {
    const faces = walkers.flatMap((w) => {
      const face = faceOf(w, second);
      return face === undefined || face.hidden ? [] : [{ person: w.person, ...face }];
    });
    const found = faces.flatMap((face): TrueDetection[] => {
      const behind = faces.some((f) => f.z < face.z && overlap(f.box, face.box) > 0.15);
      if (this.#misses({ person: face.person, second, behind })) return [];
      return [{ person: face.person, box: this.#jitter(face.box), confidence: 0.8 }];
    });
    return [...found, ...this.#ghosts(second)];
  }

  #misses({
    person,
    second,
    behind,
  }: {
    person: number;
    second: number;
    behind: boolean;
  }): boolean {
    const random = this.#random;
    if (second < (this.#missing.get(person) ?? 0)) return true;
    if (behind || random.chance(0.01)) {
      this.#missing.set(person, second + random.between(0.2, 1));
      return true;
    }
    return random.chance(0.04);
  }

  #jitter([x, y, width, height]: Box): Box {
    const random = this.#random;
    const w = width * Math.exp(0.05 * random.normal());
    const h = height * Math.exp(0.05 * random.normal());
    const centreX = x + width / 2 + 0.04 * width * random.normal();
    const centreY = y + height / 2 + 0.04 * height * random.normal();
    return [centreX - w / 2, centreY - h / 2, w, h];
  }

  #ghosts(second: number): TrueDetection[] {
    const random = this.#random;
    if (this.#ghost === undefined && random.chance(0.03)) {
      const size = random.between(25, 70);
      const box: Box = [random.between(0, 1200), random.between(0, 600), size, size * 1.2];
      this.#ghost = { box, until: second + (random.chance(0.7) ? 0 : random.between(0, 1)) };
    }
    const ghost = this.#ghost;
    if (ghost === undefined) return [];
    if (second >= ghost.until) this.#ghost = undefined;
    return [{ person: undefined, box: this.#jitter(ghost.box), confidence: 0.5 }];
  }
}
