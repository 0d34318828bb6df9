export interface DamageOptions {
  /** Frames a second that were asked for. */
  rate: number;
  /** Pictures stand alone (MJPEG), or are built on those before them (H.264, H.265). */
  standAlone: boolean;
}

/**
 * What ffmpeg says of a picture that it shows nevertheless, of MJPEG, H.264 and H.265. Its other
 * complaints are of what surrounds the picture: "unable to decode APP fields" comes with every whole
 * picture of some cameras.
 */
const DAMAGE =
  /^\[(mjpeg|h264|hevc) @ \w+\] (error (y=|dc|ac|count)|overread|error while decoding MB|corrupted macroblock|Could not find ref|CABAC_MAX_BIN|The cu_qp_delta|Error parsing NAL)|Error while decoding stream/;

/** From ffmpeg's line to the end of its picture at the reader, on a busy machine. */
const STAND_ALONE_MS = 200;
/** The damage is copied from picture to picture until a key frame: one a second is usual. */
const SMEAR_MS = 1000;
/** Over so many seconds, and at least so many pictures, the share of damaged ones is looked at. */
const SECONDS = 5;
const AT_LEAST = 5;
const SUSPEND_ABOVE = 0.5;
const RESUME_BELOW = 0.2;

/**
 * Tells damaged pictures by ffmpeg's lines on stderr: it shows what it could decode, and ends with
 * code 0. A damaged picture is unusable; while most of them are, all are.
 */
export class DamageWatch {
  readonly #forMs: number;
  readonly #length: number;
  /** Of the newest pictures, oldest first: was it damaged? */
  readonly #recent: boolean[] = [];
  #damaged = 0;
  #lastErrorAt = Number.NEGATIVE_INFINITY;
  #suspended = false;

  constructor({ rate, standAlone }: DamageOptions) {
    this.#forMs = standAlone ? STAND_ALONE_MS : SMEAR_MS;
    this.#length = Math.max(AT_LEAST, Math.ceil(SECONDS * rate));
  }

  /** A line of ffmpeg's stderr. */
  hear(line: string, at: number): void {
    if (DAMAGE.test(line)) this.#lastErrorAt = at;
  }

  /** Most pictures of the last seconds were damaged. */
  get suspended(): boolean {
    return this.#suspended;
  }

  /** Is this picture, the newest, good for nothing? */
  isUnusable(at: number): boolean {
    const damaged = at - this.#lastErrorAt <= this.#forMs;
    this.#recent.push(damaged);
    if (damaged) this.#damaged += 1;
    if (this.#recent.length > this.#length && this.#recent.shift()) this.#damaged -= 1;
    const share = this.#damaged / this.#length;
    if (share > SUSPEND_ABOVE) this.#suspended = true;
    else if (share < RESUME_BELOW) this.#suspended = false;
    return damaged || this.#suspended;
  }
}
