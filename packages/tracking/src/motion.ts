import { type Box, faceSize } from '@maskwatch/contracts/box';

/** Standard deviations in face widths: a detector's box on a still face moves by about this much. */
const jitter = 0.08;
/** Face widths a second: a brisk walk (1 m/s) of a 16 cm face is 6. */
const firstSpeed = 5;
/** Face widths squared a second cubed: half a second takes somebody from walking to standing. */
const agility = 12;

/** One axis: where, how fast, and how sure of both (pixels and seconds). */
interface Axis {
  at: number;
  speed: number;
  varAt: number;
  covariance: number;
  varSpeed: number;
}

function startAxis(at: number, size: number): Axis {
  return {
    at,
    speed: 0,
    varAt: (jitter * size) ** 2,
    covariance: 0,
    varSpeed: (firstSpeed * size) ** 2,
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

/**
 * Where a face should be: a Kalman filter of constant velocity for the centre of its box, with
 * noise in face widths so that near and far people move alike. White acceleration in continuous
 * time (Bar-Shalom, Li, Kirubarajan, Estimation with Applications to Tracking and Navigation, 6.2),
 * so that the rate of frames does not change how far anybody is looked for.
 */
export class Motion {
  readonly #x: Axis;
  readonly #y: Axis;
  #size: number;

  constructor(box: Box) {
    this.#size = faceSize(box);
    this.#x = startAxis(box[0] + box[2] / 2, this.#size);
    this.#y = startAxis(box[1] + box[3] / 2, this.#size);
  }

  predict(seconds: number): void {
    const noise = agility * this.#size ** 2;
    predictAxis(this.#x, seconds, noise);
    predictAxis(this.#y, seconds, noise);
  }

  correct(box: Box): void {
    const size = faceSize(box);
    const variance = (jitter * size) ** 2;
    correctAxis(this.#x, box[0] + box[2] / 2, variance);
    correctAxis(this.#y, box[1] + box[3] / 2, variance);
    this.#size = size;
  }

  /** Squared distance of a box from the prediction in standard deviations, 2 degrees of freedom. */
  distance(box: Box): number {
    const variance = this.#variance(box);
    return (
      (box[0] + box[2] / 2 - this.#x.at) ** 2 / (this.#x.varAt + variance) +
      (box[1] + box[3] / 2 - this.#y.at) ** 2 / (this.#y.varAt + variance)
    );
  }

  /** Standard deviation of the prediction, in face widths. */
  spread(): number {
    return Math.sqrt(this.#x.varAt / this.#size ** 2 + jitter ** 2);
  }

  /** The last box, moved to where the face should be now. */
  expected(box: Box): Box {
    return [this.#x.at - box[2] / 2, this.#y.at - box[3] / 2, box[2], box[3]];
  }

  #variance(box: Box): number {
    return (jitter * Math.max(this.#size, faceSize(box))) ** 2;
  }
}
