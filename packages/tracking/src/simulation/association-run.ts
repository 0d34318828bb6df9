import type { Box } from '@maskwatch/contracts/box';
import { Random } from './random.ts';
import {
  approach,
  crossing,
  picture,
  SimulatedDetector,
  type TrueDetection,
  type Walker,
} from './walkers.ts';

/** What is measured of whoever associates: a track with the box of this frame, if it was seen. */
export interface SeenTrack {
  id: string;
  box: Box;
  seen: boolean;
  unsure: boolean;
}

export interface Associator {
  update(frame: {
    detections: TrueDetection[];
    capturedAt: number;
    width: number;
    height: number;
  }): void;
  tracks(): SeenTrack[];
}

export interface AssociationFigures {
  people: number;
  tracksPerPerson: number;
  /** Share of people who were never the one whom a track saw most. */
  withoutTrack: number;
  /** Times that a track went on with another person, per 100 people. */
  swapsPer100: number;
  /** Of those, the ones that were not flagged within the second around them, per 100 people. */
  silentSwapsPer100: number;
  /** Share of track time. */
  unsureShare: number;
}

const startedAt = 1_700_000_000_000;

/** Scenes of a minute: some walk across, some come up; several are there at a time. */
export function simulate(given: {
  associator: () => Associator;
  rate: number;
  seeds: number[];
  /** New people a minute. */
  peopleAMinute?: number;
}): AssociationFigures {
  const { associator, rate, seeds, peopleAMinute = 14 } = given;
  const totals = { people: 0, tracks: 0, tracked: 0, swaps: 0, silent: 0, unsure: 0, frames: 0 };
  for (const seed of seeds) {
    const walkers = scene(new Random(seed), peopleAMinute);
    const score = new Score();
    const tracker = associator();
    const detector = new SimulatedDetector(new Random(seed * 7919 + rate));
    for (let frame = 0; frame < 75 * rate; frame += 1) {
      const second = frame / rate;
      const detections = detector.detect(walkers, second);
      tracker.update({ detections, capturedAt: startedAt + Math.round(second * 1000), ...picture });
      score.frame(second, detections, tracker.tracks());
    }
    score.addTo(totals);
  }
  return {
    people: totals.people,
    tracksPerPerson: totals.tracks / totals.people,
    withoutTrack: 1 - totals.tracked / totals.people,
    swapsPer100: (100 * totals.swaps) / totals.people,
    silentSwapsPer100: (100 * totals.silent) / totals.people,
    unsureShare: totals.unsure / totals.frames,
  };
}

function scene(random: Random, people: number): Walker[] {
  return Array.from({ length: people }, (_, person) => {
    const from = random.between(0, 60);
    return random.chance(0.5)
      ? crossing(random, { person, from })
      : approach(random, { person, from });
  });
}

/** Counts tracks by the person whom they saw most often. */
class Score {
  #found = new Map<number, number>();
  #byTrack = new Map<string, Map<number | undefined, number>>();
  #lastPerson = new Map<string, number>();
  #swaps: { track: string; second: number }[] = [];
  #flags: { track: string; second: number }[] = [];
  #unsure = 0;
  #frames = 0;

  frame(second: number, detections: TrueDetection[], tracks: SeenTrack[]): void {
    for (const { person } of detections) {
      if (person !== undefined) this.#found.set(person, (this.#found.get(person) ?? 0) + 1);
    }
    for (const track of tracks) {
      this.#frames += 1;
      if (track.unsure) {
        this.#unsure += 1;
        this.#flags.push({ track: track.id, second });
      }
      const detection = detections.find(({ box }) => box === track.box);
      if (track.seen && detection !== undefined) this.#credit(track.id, detection.person, second);
    }
  }

  addTo(totals: {
    people: number;
    tracks: number;
    tracked: number;
    swaps: number;
    silent: number;
    unsure: number;
    frames: number;
  }): void {
    // Who was found on fewer than three frames was hardly there.
    const people = new Set([...this.#found].filter(([, n]) => n >= 3).map(([person]) => person));
    totals.people += people.size;
    const tracked = new Set<number>();
    for (const seen of this.#byTrack.values()) {
      const [most] = [...seen].sort((a, b) => b[1] - a[1])[0]!;
      if (most === undefined || !people.has(most)) continue;
      totals.tracks += 1;
      tracked.add(most);
    }
    totals.tracked += tracked.size;
    totals.swaps += this.#swaps.length;
    totals.silent += this.#swaps.filter((swap) => !this.#flagged(swap)).length;
    totals.unsure += this.#unsure;
    totals.frames += this.#frames;
  }

  #credit(track: string, person: number | undefined, second: number): void {
    const seen = this.#byTrack.get(track) ?? new Map<number | undefined, number>();
    this.#byTrack.set(track, seen.set(person, (seen.get(person) ?? 0) + 1));
    if (person === undefined) return;
    const before = this.#lastPerson.get(track);
    if (before !== undefined && before !== person) this.#swaps.push({ track, second });
    this.#lastPerson.set(track, person);
  }

  #flagged(swap: { track: string; second: number }): boolean {
    return this.#flags.some(
      ({ track, second }) => track === swap.track && Math.abs(second - swap.second) <= 1,
    );
  }
}
