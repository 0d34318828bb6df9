import type { MaskState } from '@maskwatch/contracts/mask-state';
import type { Observation } from '@maskwatch/contracts/observation';
import type { ReplayAlert, ReplaySummary } from '@maskwatch/contracts/replay';
import type { Violation } from '@maskwatch/contracts/violation';
import type { RuleEvent } from '@maskwatch/rules/rule-event';

/** What a film's observations and violations come to. Times are milliseconds from its start. */
export class FilmTally {
  readonly #file: string;
  /** By violation: the face when it opened. */
  readonly #opened = new Map<string, Violation>();
  readonly #alerts: ReplayAlert[] = [];
  /** The last settled state of every track of the film. */
  readonly #states = new Map<string, MaskState>();
  #frames = 0;
  #stateChanges = 0;
  #looks = 0;
  #unknown = 0;

  constructor(file: string) {
    this.#file = file;
  }

  observed({ tracks }: Observation): void {
    this.#frames += 1;
    for (const { id, state, seen } of tracks) {
      const before = this.#states.get(id);
      if (before === undefined) this.#states.set(id, state);
      if (seen) this.#looks += 1;
      if (state === 'unknown') {
        if (seen) this.#unknown += 1;
        continue;
      }
      if (before !== undefined && before !== 'unknown' && before !== state) this.#stateChanges += 1;
      this.#states.set(id, state);
    }
  }

  happened(events: readonly RuleEvent[]): void {
    for (const event of events) {
      const { violation } = event;
      if (event.kind === 'opened') this.#opened.set(violation.id, violation);
      if (event.kind !== 'ended') continue;
      const opened = this.#opened.get(violation.id) ?? violation;
      this.#alerts.push({
        file: this.#file,
        rule: violation.ruleId,
        startMs: Math.round(violation.startedAt),
        endMs: Math.round(violation.endedAt ?? violation.lastSeenAt),
        ended: event.ended,
        state: violation.state,
        box: opened.box ?? [0, 0, 0, 0],
      });
    }
  }

  alerts(): ReplayAlert[] {
    return this.#alerts.toSorted((a, b) => a.startMs - b.startMs);
  }

  summary(elapsedMs: number): ReplaySummary {
    return {
      file: this.#file,
      frames: this.#frames,
      tracks: this.#states.size,
      stateChanges: this.#stateChanges,
      unknownShare: this.#looks === 0 ? 0 : this.#unknown / this.#looks,
      framesPerSecond: elapsedMs <= 0 ? 0 : (this.#frames * 1000) / elapsedMs,
    };
  }
}
