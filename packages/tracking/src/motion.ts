import { type Box, faceSize } from '@maskwatch/contracts/box';

/** How one axis moves, in its own unit: face widths, or the logarithm of the face's size. */
interface Habit {
  /** Standard deviation of a detector's box around a still face. */
  jitter: number;
  /** Standard deviation of the speed of somebody new, a second. */
  firstSpeed: number;
  /** How fast the speed changes: variance of the speed gained in a second. */
  agility: number;
}

/** A brisk walk (1 m/s) of a 16 cm face is 6 face widths a second, and may end within half of one. */
const place: Habit = { jitter: 0.08, firstSpeed: 5, agility: 12 };
/** Who walks up from 4 m grows by a quarter in a second. */
const size: Habit = { jitter: 0.08, firstSpeed: 0.25, agility: 0.05 };

/** One axis: where, how fast, and how sure of both (pixels and seconds). */
interface Axis {
  at: number;
  speed: number;
  varAt: number;
  covariance: number;
  varSpeed: number;
}

function startAxis(at: number, { jitter, firstSpeed }: Habit, unit: number): Axis {
  return {
    at,
    speed: 0,
    varAt: (jitter * unit) ** 2,
    covariance: 0,
    varSpeed: (firstSpeed * unit) ** 2,
  };
}

function predictAxis(axis: Axis, seconds: number, noise: number): void {
  axis.at += axis.speed * seconds;
  axis.varAt +=
    2 * seconds * axis.covariance + seconds ** 2 * axis.varSpeed + (noise * seconds ** 3) / 3;
  axis.covariance += seconds * axis.varSpeed + (noise * seconds ** 2) / 2;
  axis.varSpeed += noise * seconds;
}

function correctAxis(axis: Axis, measured: number, variance: number): void {
  const total = axis.varAt + variance;
  const gainAt = axis.varAt / total;
  const gainSpeed = axis.covariance / total;
  const residual = measured - axis.at;
  axis.at += gainAt * residual;
  axis.speed += gainSpeed * residual;
  axis.varSpeed -= gainSpeed * axis.covariance;
  axis.covariance *= 1 - gainAt;
  axis.varAt *= 1 - gainAt;
}

/** How well a box fits where a face should be. */
export interface Fit {
  /** Squared distance in standard deviations, 3 degrees of freedom: x, y and size. */
  distance: number;
  /** Logarithm of the variance of the three together; 0 at one face width and a third of its size. */
  spread: number;
}

/**
 * Where a face should be, and how large: a Kalman filter of constant velocity for the centre of its
 * box and the logarithm of its size, with noise in face widths so that near and far people move
 * alike. White acceleration in continuous time (Bar-Shalom, Li, Kirubarajan, Estimation with
 * Applications to Tracking and Navigation, 6.2), so that the rate of frames does not change how far
 * anybody is looked for.
 */
export class Motion {
  readonly #x: Axis;
  readonly #y: Axis;
  readonly #size: Axis;

  constructor(box: Box) {
    const unit = faceSize(box);
    this.#x = startAxis(box[0] + box[2] / 2, place, unit);
    this.#y = startAxis(box[1] + box[3] / 2, place, unit);
    this.#size = startAxis(Math.log(unit), size, 1);
  }

  predict(seconds: number): void {
    const noise = place.agility * this.#unit ** 2;
    predictAxis(this.#x, seconds, noise);
    predictAxis(this.#y, seconds, noise);
    predictAxis(this.#size, seconds, size.agility);
  }

  correct(box: Box): void {
    const variance = (place.jitter * faceSize(box)) ** 2;
    correctAxis(this.#x, box[0] + box[2] / 2, variance);
    correctAxis(this.#y, box[1] + box[3] / 2, variance);
    correctAxis(this.#size, Math.log(faceSize(box)), size.jitter ** 2);
  }

  fit(box: Box): Fit {
    const unit = this.#unit;
    const variance = (place.jitter * unit) ** 2;
    const varX = this.#x.varAt + variance;
    const varY = this.#y.varAt + variance;
    const varSize = this.#size.varAt + size.jitter ** 2;
    return {
      distance:
        (box[0] + box[2] / 2 - this.#x.at) ** 2 / varX +
        (box[1] + box[3] / 2 - this.#y.at) ** 2 / varY +
        (Math.log(faceSize(box)) - this.#size.at) ** 2 / varSize,
      spread: Math.log((varX / unit ** 2) * (varY / unit ** 2) * (varSize * 9)),
    };
  }

  /** The last box, moved to where the face should be now. */
  expected(box: Box): Box {
    return [this.#x.at - box[2] / 2, this.#y.at - box[3] / 2, box[2], box[3]];
  }

  get #unit(): number {
    return Math.exp(this.#size.at);
  }
}
