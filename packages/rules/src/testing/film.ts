import type { Box } from '@maskwatch/contracts/box';
import type { MaskState } from '@maskwatch/contracts/mask-state';
import type { Observation, RecordingLine, Track } from '@maskwatch/contracts/observation';
import type { RuleEvent } from '../rule-event.ts';

/** A track during some seconds of a film. */
export interface Stay {
  track: string;
  /** Seconds from the film's start; `until` is the first that no longer belongs to it. */
  from: number;
  until: number;
  state: MaskState;
  /** Where, also as a function of the second; at [100, 100] where absent. */
  box?: Box | ((second: number) => Box);
  seen?: boolean;
  unsure?: boolean;
  poster?: boolean;
}

export interface FilmOptions {
  cameraId?: string;
  /** Frames a second. */
  rate?: number;
  /** Seconds; the end of the last stay where absent. */
  until?: number;
  /** Seconds in which nothing was observed. */
  silences?: [number, number][];
}

export const filmStart = 1_700_000_000_000;
/** As an owner does: a longer gap is not covered. */
const mostCoveredMs = 1000;

/** The observations that an owner would have made of these stays. */
export function film(stays: Stay[], options: FilmOptions = {}): RecordingLine[] {
  const { cameraId = 'door', rate = 5, silences = [] } = options;
  const until = options.until ?? Math.max(...stays.map((stay) => stay.until));
  const lines: RecordingLine[] = [];
  let last: number | undefined;
  for (let sequence = 0; sequence / rate < until - 1e-9; sequence += 1) {
    const second = sequence / rate;
    if (silences.some(([from, to]) => second >= from && second < to)) continue;
    const capturedAt = filmStart + Math.round(second * 1000);
    const observation: Observation = {
      cameraId,
      sequence,
      capturedAt,
      width: 1280,
      height: 720,
      tracks: stays
        .filter((stay) => second >= stay.from - 1e-9 && second < stay.until - 1e-9)
        .map((stay) => trackOf(stay, stays, second)),
      coveredMs: last === undefined ? 0 : Math.min(mostCoveredMs, capturedAt - last),
    };
    last = capturedAt;
    lines.push({ observation });
  }
  return lines;
}

function trackOf(stay: Stay, stays: Stay[], second: number): Track {
  const at = (seconds: number) => filmStart + Math.round(seconds * 1000);
  const own = stays.filter(({ track }) => track === stay.track);
  const { box = [100, 100, 64, 64] as const, state, seen = true } = stay;
  return {
    id: stay.track,
    box: typeof box === 'function' ? box(second) : box,
    confidence: 0.9,
    state,
    stateSince: at(stateBegan(stay, own)),
    seen,
    firstSeenAt: at(Math.min(...own.map(({ from }) => from))),
    lastSeenAt: seen ? at(second) : at(stay.from),
    looks: state === 'unknown' ? 0 : 5,
    probabilities: state === 'unknown' ? {} : { [state]: 1 },
    unsure: stay.unsure ?? false,
    poster: stay.poster ?? false,
  };
}

/** The state goes on from stays of the same track that touch this one and have the same state. */
function stateBegan(stay: Stay, own: Stay[]): number {
  const before = own.find(
    (other) => other !== stay && other.state === stay.state && other.until === stay.from,
  );
  return before === undefined ? stay.from : stateBegan(before, own);
}

/** What happened, as "second what": openings and endings only. */
export function outcomes(events: RuleEvent[]): string[] {
  const second = (at: number | undefined) => (((at ?? 0) - filmStart) / 1000).toFixed(1);
  return events.flatMap((event) => {
    if (event.kind === 'moved') return [];
    const { trackId, openedAt, endedAt } = event.violation;
    return event.kind === 'opened'
      ? [`${second(openedAt)} opened ${trackId}`]
      : [`${second(endedAt)} ended ${trackId} ${event.ended}`];
  });
}
