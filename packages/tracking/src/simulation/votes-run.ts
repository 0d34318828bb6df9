import type { JudgedState, Probabilities } from '@maskwatch/contracts/mask-state';
import { Tracker } from '../tracker.ts';
import { Random } from './random.ts';

/** What people do, and how the classifier errs: for a while, not for a frame. */
export interface VotesScene {
  rate: number;
  /** Mean seconds of a run of right looks, and of a run of wrong ones. */
  rightSeconds: number;
  wrongSeconds: number;
  /** Seconds after which the person changes the true state; never where absent. */
  changesEvery?: number;
  /** `incorrect` is among the classifier's states. */
  threeStates: boolean;
  faceSize: number;
}

export interface VotesFigures {
  trackMinutes: number;
  /** Share of tracks with a first state within 1.5 s. */
  decidedInTime: number;
  /** Share of first states that were wrong. */
  wrongFirst: number;
  /** Changes from a right state into a wrong one. */
  wrongChangesPerMinute: number;
  /** Seconds from a true change to the change of state, the median. */
  changeSeconds: number;
  looksPerSecond: number;
}

const states: JudgedState[] = ['mask', 'no_mask', 'incorrect'];
const startedAt = 1_700_000_000_000;
const trackSeconds = 60;

export function simulateVotes(scene: VotesScene, seeds: number[]): VotesFigures {
  const runs = seeds.map((seed) => new VotesRun(scene, seed).run());
  const share = (of: (run: VotesRun) => boolean) => runs.filter(of).length / runs.length;
  const sum = (of: (run: VotesRun) => number) => runs.reduce((total, run) => total + of(run), 0);
  const delays = runs.flatMap((run) => run.changeSeconds).sort((a, b) => a - b);
  const trackMinutes = (runs.length * trackSeconds) / 60;
  return {
    trackMinutes,
    decidedInTime: share((run) => (run.decidedAfter ?? Number.POSITIVE_INFINITY) <= 1.5),
    wrongFirst: share((run) => run.wrongFirst),
    wrongChangesPerMinute: sum((run) => run.wrongChanges) / trackMinutes,
    changeSeconds: delays[Math.floor(delays.length * 0.5)] ?? 0,
    looksPerSecond: sum((run) => run.looks) / runs.length / trackSeconds,
  };
}

/** One person who stands before the camera for a minute. */
class VotesRun {
  decidedAfter: number | undefined;
  wrongFirst = false;
  wrongChanges = 0;
  changeSeconds: number[] = [];
  looks = 0;
  readonly #scene: VotesScene;
  readonly #random: Random;
  #wrongUntil = 0;
  #rightUntil = 0;
  #wrongState: JudgedState = 'mask';
  #truth: JudgedState;
  #changedAt: number | undefined;

  constructor(scene: VotesScene, seed: number) {
    this.#scene = scene;
    this.#random = new Random(seed);
    this.#truth = this.#random.chance(0.5) ? 'mask' : 'no_mask';
  }

  run(): this {
    const { rate, changesEvery = Number.POSITIVE_INFINITY, faceSize } = this.#scene;
    const tracker = new Tracker({ newId: () => 'one', smallestJudged: 32, believeFrom: 0.6 });
    let settled: string | undefined;
    for (let frame = 0; frame < trackSeconds * rate; frame += 1) {
      const second = frame / rate;
      if (second > 0 && second % changesEvery < 1 / rate) this.#change(second);
      const box = [600, 300, faceSize, faceSize] as const;
      const capturedAt = startedAt + Math.round(second * 1000);
      const detections = [{ box, confidence: 0.9 }];
      tracker.update({ detections, capturedAt, width: 1280, height: 720 });
      for (const { trackId } of tracker.due()) {
        this.looks += 1;
        tracker.look(trackId, { probabilities: this.#look(second), sharpness: 0.8 });
      }
      const state = tracker.tracks()[0]?.state ?? 'unknown';
      if (state !== 'unknown' && state !== settled) {
        this.#note(state, { first: settled === undefined, second });
        settled = state;
      }
    }
    return this;
  }

  #note(state: string, { first, second }: { first: boolean; second: number }): void {
    if (first) {
      this.decidedAfter = second;
      this.wrongFirst = state !== this.#truth;
    } else if (state !== this.#truth) {
      this.wrongChanges += 1;
    } else if (this.#changedAt !== undefined) {
      this.changeSeconds.push(second - this.#changedAt);
      this.#changedAt = undefined;
    }
  }

  #change(second: number): void {
    this.#truth = this.#truth === 'mask' ? 'no_mask' : 'mask';
    this.#changedAt = second;
  }

  #look(second: number): Probabilities {
    const random = this.#random;
    const { rightSeconds, wrongSeconds, threeStates } = this.#scene;
    const among = threeStates ? states : states.slice(0, 2);
    if (second >= this.#rightUntil && second >= this.#wrongUntil) {
      const first = this.#rightUntil === 0;
      const exponential = (mean: number) => -mean * Math.log(1 - random.next());
      const wrongFirst = first && random.chance(wrongSeconds / (wrongSeconds + rightSeconds));
      if (!first || wrongFirst) this.#wrongUntil = second + exponential(wrongSeconds);
      this.#rightUntil = Math.max(second, this.#wrongUntil) + exponential(rightSeconds);
      const others = among.filter((state) => state !== this.#truth);
      this.#wrongState = others[Math.floor(random.next() * others.length)]!;
    }
    const wrong = second < this.#wrongUntil;
    const said = wrong ? this.#wrongState : this.#truth;
    // Wrong looks are a little less sure than right ones, as those of a calibrated classifier.
    const sure = wrong ? random.between(0.45, 0.95) : random.between(0.55, 0.99);
    const rest = (1 - sure) / (among.length - 1);
    return Object.fromEntries(among.map((state) => [state, state === said ? sure : rest]));
  }
}
