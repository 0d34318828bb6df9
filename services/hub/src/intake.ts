/** From what an owner says to what the hub knows and does. */
import type { Sender } from '@maskwatch/bus/bus';
import type { IngestMessage } from '@maskwatch/contracts/bus';
import { sourceKind } from '@maskwatch/contracts/camera-source';
import type { Observation, Tick } from '@maskwatch/contracts/observation';
import type { BlindEvent, BlindWatch } from '@maskwatch/rules/blind-watch';
import type { RuleEvent } from '@maskwatch/rules/rule-event';
import type { Cluster } from './cluster/cluster.ts';
import type { HubContext } from './hub-context.ts';

/** An observation older than this is late: people are followed, but nothing opens. */
const lateMs = 2000;

export interface IntakeParts {
  blindWatch: BlindWatch;
  /** Only the active hub rules. */
  place: { readonly active: boolean };
  /** Absent on one machine. */
  cluster: Cluster | undefined;
}

export class Intake {
  readonly #context: HubContext;
  readonly #blindWatch: BlindWatch;
  readonly #place: IntakeParts['place'];
  readonly #cluster: Cluster | undefined;
  #stopped = false;
  /** Cameras that have an end. */
  readonly #films: ReadonlySet<string>;

  constructor(context: HubContext, { blindWatch, place, cluster }: IntakeParts) {
    this.#context = context;
    this.#blindWatch = blindWatch;
    this.#place = place;
    this.#cluster = cluster;
    const films = context.config.cameras.filter(({ source }) => sourceKind(source) === 'file');
    this.#films = new Set(films.map(({ id }) => id));
  }

  /** What comes from now on changes nothing. */
  stop(): void {
    this.#stopped = true;
  }

  message(message: IngestMessage, { bytes, sender }: { bytes: Uint8Array; sender: Sender }): void {
    const { vision, ledger, live, clock } = this.#context;
    const now = clock.now();
    if (this.#stopped) return;
    if (this.#cluster === undefined) vision.heard(message, now);
    else if (!this.#cluster.believes(message, sender)) return;
    switch (message.kind) {
      case 'tick':
        this.#tick(message.tick, now);
        break;
      case 'observation':
        this.#observe(message.observation, now);
        break;
      case 'evidence':
        ledger.offer(message.candidate, bytes, now);
        break;
      case 'picture':
        live.picture({ observation: message.observation, jpeg: bytes });
        break;
      case 'fault':
        this.#context.logger.error({ fault: message }, 'the vision process cannot run');
        break;
      case 'status':
      case 'ingest':
      case 'in-flight':
        break;
    }
  }

  /** Each second: who is blind, what a blindness ends, and what viewers should know. */
  second(): void {
    const { rules, board, ledger, live, clock } = this.#context;
    const now = clock.now();
    ledger.expire(now);
    for (const event of this.#blindWatch.check(now)) this.#blind(event);
    if (this.#rules) this.#apply(rules.check(now));
    live.cameras(board.cameras(now));
  }

  #tick(tick: Tick, now: number): void {
    const { board } = this.#context;
    board.tick(tick);
    const filmIsOver = tick.cause === 'ended' && this.#films.has(tick.cameraId);
    if (filmIsOver) this.#finish(tick.cameraId, now);
    else this.#blindWatch.tick(tick, now);
  }

  /** No outage: what is open ends with the film. Said with each tick; only the first finds any. */
  #finish(cameraId: string, now: number): void {
    const { board, rules } = this.#context;
    for (const event of this.#blindWatch.rest(cameraId, now)) this.#blind(event);
    const last = board.observation(cameraId);
    if (last !== undefined && this.#rules) this.#apply(rules.finish(cameraId, last.capturedAt));
  }

  #observe(observation: Observation, now: number): void {
    const { board, rules } = this.#context;
    const late = (observation.ageMs ?? 0) > lateMs;
    board.observed(observation);
    // What can open nothing covers nothing: a camera that is always late is blind, and people hear.
    if (!late) this.#blindWatch.judged(observation.cameraId, now, observation.coveredMs);
    if (this.#rules) this.#apply(rules.observe(observation, { late }));
  }

  /** On a standby everything is shown and nothing is ruled. */
  get #rules(): boolean {
    return this.#place.active;
  }

  #apply(events: RuleEvent[]): void {
    const { alerts } = this.#context;
    for (const event of events) {
      if (event.kind === 'opened') alerts.opened(event.violation, event.trace);
      if (event.kind === 'ended') alerts.ended(event.violation, event.ended);
    }
    alerts.moved(events.flatMap((event) => (event.kind === 'moved' ? [event.violation] : [])));
  }

  #blind(event: BlindEvent): void {
    const { rules, alerts, logger } = this.#context;
    const { cameraId, kind, at } = event;
    logger.info({ cameraId, kind }, 'what can be seen of a camera has changed');
    if (!this.#rules) return;
    if (kind === 'blind') rules.suspend(cameraId, at);
    if (kind === 'sighted') this.#apply(rules.resume(cameraId, at));
    if (kind === 'offline') alerts.opened(event.violation);
    if (kind === 'recovered') alerts.ended(event.violation, 'recovered');
  }
}
