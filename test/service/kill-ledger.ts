/** What was announced before a kill, on disk: a promise that deliveries have to keep. */
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import type { Alert } from '@maskwatch/contracts/alert';
import type { Violation } from '@maskwatch/contracts/violation';
import type { Showing } from './film-clock.ts';
import type { Taken } from './receiver.ts';
import type { Visit } from './visits-film.ts';

export interface Announced {
  alertId: string;
  condition: Alert['condition'];
  sequence: number;
  /** Where the test learnt of it. */
  by: 'socket' | 'api';
  at: number;
}

export class KillLedger {
  readonly #seen = new Map<string, Announced>();
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, 'a');
  }

  get announced(): Announced[] {
    return [...this.#seen.values()];
  }

  /** Answers with false what was announced before. */
  write({ id, condition, sequence }: Alert, by: Announced['by']): boolean {
    const key = `${id} ${condition}`;
    if (this.#seen.has(key)) return false;
    const announced = { alertId: id, condition, sequence, by, at: Date.now() };
    writeSync(this.#file, `${JSON.stringify(announced)}\n`);
    fsyncSync(this.#file);
    this.#seen.set(key, announced);
    return true;
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** A time in which nothing could be judged, and why. */
export interface Gap {
  name: string;
  from: number;
  to: number;
}

export interface Proceedings {
  announced: Announced[];
  taken: Taken[];
  /** All of the store, at the end. */
  alerts: Alert[];
  /** Those of the film while the service ran. */
  showings: Showing[];
  gaps: Gap[];
}

/** Deciding takes up to 1.5 s and the hold 3 s; the rest is for a machine with other work. */
const sightNeededMs = 7000;
/** Between a picture on the wire and its capture time. */
const toleranceMs = 1500;

export interface Verdict {
  /** Showings without an alert, each with the gap that explains it. */
  unseen: string[];
  repeats: number;
  /** Announced and gone, or a violation that was seen and raised nothing. */
  lost: string[];
  /** More than one alert, body or id where there is to be one. */
  doubled: string[];
  /** Delivered or raised without a violation. */
  invented: string[];
  /** All three; empty when all is well. */
  faults: string[];
}

export function judge(proceedings: Proceedings): Verdict {
  const seen = judgeShowings(proceedings);
  const ids = new Set(proceedings.taken.map(({ id }) => id));
  const lost = [...broken(proceedings), ...seen.lost];
  const doubled = [...changed(proceedings), ...seen.doubled];
  const invented = [...unknown(proceedings), ...seen.invented];
  return {
    ...{ unseen: seen.unseen, repeats: proceedings.taken.length - ids.size },
    ...{ lost, doubled, invented, faults: [...lost, ...doubled, ...invented] },
  };
}

/** Promises that were not kept. */
function broken({ announced, taken, alerts }: Proceedings): string[] {
  const arrived = new Set(taken.map(({ body }) => `${body.data.id} ${body.type}`));
  const kept = new Set(alerts.map(({ id }) => id));
  return announced.flatMap(({ alertId, condition }) => [
    ...(arrived.has(`${alertId} alert.${condition}`)
      ? []
      : [`alert ${alertId} ${condition} was announced, never delivered`]),
    ...(kept.has(alertId) ? [] : [`alert ${alertId} was announced and is not in the store`]),
  ]);
}

/** A repeat has the id and the bytes of the first; a transition has one id. */
function changed({ taken }: Proceedings): string[] {
  const bodies = new Map<string, string>();
  const transitions = new Map<string, string>();
  return taken.flatMap(({ id, text, body }) => {
    const transition = `${body.data.id} ${body.type}`;
    const faults: string[] = [];
    if ((bodies.get(id) ?? text) !== text) faults.push(`delivery ${id} came with two bodies`);
    if ((transitions.get(transition) ?? id) !== id) faults.push(`${transition} came with two ids`);
    bodies.set(id, text);
    transitions.set(transition, id);
    return faults;
  });
}

function unknown({ taken, alerts }: Proceedings): string[] {
  const known = new Set(alerts.map(({ id }) => id));
  return taken
    .filter(({ body }) => !known.has(body.data.id))
    .map(({ body }) => `alert ${body.data.id} was delivered and is not in the store`);
}

function judgeShowings({
  alerts,
  showings,
  gaps,
}: Proceedings): Pick<Verdict, 'unseen' | 'lost' | 'doubled' | 'invented'> {
  const lost: string[] = [];
  const doubled: string[] = [];
  const invented: string[] = [];
  const unseen: string[] = [];
  const explained = new Set<string>();
  for (const showing of showings) {
    const raised = alerts.filter((alert) => belongs(alert, showing));
    for (const { id } of raised) explained.add(id);
    if (raised.length > 1) doubled.push(`${showing.name} raised ${raised.length} alerts`);
    if (raised.length > 0) continue;
    const why = gaps.filter((gap) => gap.from < showing.to && gap.to > showing.from);
    const sight = longestSight(showing, why);
    const earlier = stillOpen(showing, alerts);
    const late = earlier === undefined ? [] : between(earlier.violation, showing, gaps);
    if (earlier !== undefined && late.length > 0) {
      const id = earlier.id.slice(0, 8);
      unseen.push(
        `${showing.name}: taken for the person of ${id}, whose end ${names(late)} put off`,
      );
      continue;
    }
    const seconds = (sight / 1000).toFixed(1);
    unseen.push(`${showing.name}: seen for ${seconds} s at most because of ${names(why)}`);
    if (sight >= sightNeededMs) lost.push(`${showing.name} raised no alert, and no kill tells why`);
  }
  const first = Math.min(...showings.map(({ from }) => from));
  const last = Math.max(...showings.map(({ to }) => to));
  for (const { id, violation } of alerts) {
    const inside = violation.startedAt >= first && violation.startedAt <= last;
    if (inside && !explained.has(id))
      invented.push(`alert ${id} belongs to no violation of the film`);
  }
  return { unseen, lost, doubled, invented };
}

const names = (gaps: Gap[]) => gaps.map(({ name }) => name).join(', ') || 'nothing';

/** A violation of the same place that had not ended: each start counts its last 10 s anew. */
function stillOpen({ from, visit, cameraId }: Showing, alerts: Alert[]): Alert | undefined {
  return alerts.find(
    ({ violation: { startedAt, endedAt = from + 1, box, ...violation } }) =>
      violation.cameraId === cameraId && startedAt < from && endedAt > from && inPlace(box, visit),
  );
}

function between({ startedAt }: Violation, { from }: Showing, gaps: Gap[]): Gap[] {
  return gaps.filter((gap) => gap.from > startedAt && gap.from < from);
}

function inPlace(box: Violation['box'], visit: Visit): boolean {
  return box !== undefined && Math.abs(box[0] + box[2] / 2 - visit.x) < 150;
}

function belongs({ violation }: Alert, { from, to, visit, cameraId }: Showing): boolean {
  const { startedAt, box } = violation;
  const inTime = startedAt >= from - toleranceMs && startedAt <= to + toleranceMs;
  return violation.cameraId === cameraId && inTime && inPlace(box, visit);
}

/** The longest time without a break in which a showing could be judged, in milliseconds. */
function longestSight(showing: Showing, gaps: Gap[]): number {
  const inOrder = [...gaps].sort((a, b) => a.from - b.from);
  let longest = 0;
  let since = showing.from;
  for (const { from, to } of inOrder) {
    longest = Math.max(longest, from - since);
    since = Math.max(since, to);
  }
  return Math.max(longest, showing.to - since);
}
