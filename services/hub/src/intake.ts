/** From what an owner says to what the hub knows and does. */
import type { IngestMessage } from '@maskwatch/contracts/bus';
import type { Observation } from '@maskwatch/contracts/observation';
import type { BlindEvent, BlindWatch } from '@maskwatch/rules/blind-watch';
import type { RuleEvent } from '@maskwatch/rules/rule-engine';
import type { HubContext } from './hub-context.ts';

/** An observation older than this is late: people are followed, but nothing opens. */
const lateMs = 2000;

export class Intake {
  readonly #context: HubContext;
  readonly #blindWatch: BlindWatch;

  constructor(context: HubContext, blindWatch: BlindWatch) {
    this.#context = context;
    this.#blindWatch = blindWatch;
  }

  message(message: IngestMessage, bytes: Uint8Array): void {
    const { vision, board, ledger, live, clock } = this.#context;
    const now = clock.now();
    vision.heard(message, now);
    switch (message.kind) {
      case 'tick':
        board.tick(message.tick);
        this.#blindWatch.tick(message.tick, now);
        break;
      case 'observation':
        this.#observe(message.observation, now);
        break;
      case 'evidence':
        ledger.offer(message.candidate, bytes);
        break;
      case 'picture':
        live.picture({ observation: message.observation, jpeg: bytes });
        break;
      case 'fault':
        this.#context.logger.error({ fault: message }, 'the vision process cannot run');
        break;
      case 'status':
      case 'in-flight':
        break;
    }
  }

  /** Each second: who is blind, what a blindness ends, and what viewers should know. */
  second(): void {
    const { rules, board, live, clock } = this.#context;
    const now = clock.now();
    for (const event of this.#blindWatch.check(now)) this.#blind(event);
    this.#apply(rules.check(now));
    live.cameras(board.cameras(now));
  }

  #observe(observation: Observation, now: number): void {
    const { board, rules } = this.#context;
    board.observed(observation);
    this.#blindWatch.judged(observation.cameraId, now, observation.coveredMs);
    this.#apply(rules.observe(observation, { late: (observation.ageMs ?? 0) > lateMs }));
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
    if (kind === 'blind') rules.suspend(cameraId, at);
    if (kind === 'sighted') this.#apply(rules.resume(cameraId, at));
    if (kind === 'offline') alerts.opened(event.violation);
    if (kind === 'recovered') alerts.ended(event.violation, 'recovered');
  }
}
