/**
 * From what the rules say to what people are told: violation, alert, evidence and outbox rows are
 * committed together, and nobody hears of an alert before.
 */
import { randomUUID } from 'node:crypto';
import type { Alert } from '@maskwatch/contracts/alert';
import type { EndpointConfig } from '@maskwatch/contracts/config';
import type { EndReason, Trace, Violation } from '@maskwatch/contracts/violation';
import type { Clock } from '@maskwatch/platform/clock';
import type { Logger } from '@maskwatch/platform/logger';
import type { EvidenceFiles } from '@maskwatch/store/evidence-files';
import type { NewDelivery, Opening, Store } from '@maskwatch/store/store';
import {
  diskWasFull,
  EvidenceKeeper,
  type Kept,
  type ToKeep,
} from '../evidence/evidence-keeper.ts';
import type { EvidenceLedger, HeldCandidate } from '../evidence/evidence-ledger.ts';
import { isAway, isFenced } from '../store-faults.ts';
import { CommitLine } from './commit-line.ts';
import { webhookBody } from './webhook-body.ts';

export interface AlertBookOptions {
  store: Store;
  ledger: EvidenceLedger;
  files: EvidenceFiles;
  endpoints: EndpointConfig[];
  publicUrl: string;
  clock: Clock;
  logger: Logger;
  /** Called after the commit. */
  onAlert(alert: Alert): void;
  /** The store says that another hub has taken over. */
  onFenced?(): void;
}

/** With the ids that each try says. */
interface Opened extends Pick<ToKeep, 'alertId' | 'evidenceIds'> {
  violation: Violation;
  trace: Trace | undefined;
}

export class AlertBook {
  readonly #options: AlertBookOptions;
  readonly #line: CommitLine;
  readonly #keeper: EvidenceKeeper;
  /** Where people of open violations are now, by violation; written with the next turn. */
  readonly #moves = new Map<string, Violation>();
  /** Alerts committed since this start, by what they say. */
  readonly told: Record<Alert['condition'], number> = { firing: 0, ended: 0 };
  /** Openings that are not committed yet, by violation. */
  readonly #opening = new Map<string, Violation>();

  constructor(options: AlertBookOptions) {
    this.#options = options;
    this.#line = new CommitLine(options);
    const pictureWanted = options.endpoints.some(({ picture }) => picture);
    this.#keeper = new EvidenceKeeper({ ...options, pictureWanted });
  }

  /** The last commit or picture found no room on the disk. */
  get diskFull(): boolean {
    return this.#line.diskFull;
  }

  /** Changes that could not be committed. */
  get lost(): number {
    return this.#line.lost;
  }

  /** Evidence files written. */
  get written(): number {
    return this.#keeper.written;
  }

  /** What is open but not yet in the store. */
  get opening(): Violation[] {
    return [...this.#opening.values()];
  }

  opened(violation: Violation, trace?: Trace): void {
    const { trackId } = violation;
    // Looked up now: when the commit has its turn, newer candidates may have taken its place.
    const held = trackId === undefined ? undefined : this.#options.ledger.best(trackId);
    const evidenceIds = { picture: randomUUID(), crop: randomUUID() };
    const opened = { alertId: randomUUID(), evidenceIds, violation, trace };
    this.#opening.set(violation.id, violation);
    const done = () => void this.#opening.delete(violation.id);
    const waits = this.#line.enqueue('opened', () => this.#open(opened, held).finally(done));
    if (!waits) done();
  }

  ended(violation: Violation, ended: EndReason): void {
    this.#line.enqueue('ended', () => this.#end({ ...violation, ended }));
  }

  moved(violations: Violation[]): void {
    if (violations.length === 0) return;
    const waits = this.#moves.size > 0;
    for (const violation of violations) this.#moves.set(violation.id, violation);
    if (waits || this.#line.enqueue('moved', () => this.#move())) return;
    this.#moves.clear();
  }

  /** To be asked now and then: makes the reserve again, and forgets that the disk was full. */
  recover(): Promise<void> {
    return this.#line.recover();
  }

  /** Another hub has taken over: what waits is its own. Answers when none of it can be committed. */
  async abandon(): Promise<void> {
    await this.#line.abandon();
    this.#moves.clear();
    this.#opening.clear();
  }

  /** Answers when all that was said has been committed, or cannot be. */
  stop(): Promise<void> {
    return this.#line.stop();
  }

  async #open(opened: Opened, held: HeldCandidate | undefined): Promise<void> {
    const kept = await this.#keep(opened, held);
    this.#tell(await this.#commitOpening(opened, kept));
  }

  /** What a full disk has left, the reserve above all, is for the alerts themselves. */
  async #keep(opened: Opened, held: HeldCandidate | undefined): Promise<Kept> {
    if (this.#line.diskFull && opened.violation.subject === 'person') return diskWasFull;
    const kept = await this.#line.commit(() => this.#keeper.keep({ ...opened, held }));
    if (this.#line.noteDiskFull(kept.fault)) await this.#line.giveUpReserve();
    return kept;
  }

  /** Each try says the same ids and bytes: the store counts them once. */
  async #commitOpening(opened: Opened, kept: Kept): Promise<Alert> {
    const opening = this.#openingOf(opened, kept);
    // Of a try without an answer the row may be there, and names the files.
    let unsure = false;
    const open = (one: Opening) =>
      this.#options.store.open(one).catch((fault: unknown) => {
        unsure ||= isAway(fault);
        throw fault;
      });
    const discard = async () => {
      if (!unsure) await this.#keeper.discard(kept.evidence);
    };
    try {
      return await this.#line.commit(
        () => open(opening),
        async () => {
          await discard();
          if (unsure || opened.violation.subject === 'camera') return open(opening);
          return open(this.#openingOf(opened, diskWasFull));
        },
      );
    } catch (fault) {
      await discard().catch(() => {});
      throw fault;
    }
  }

  #openingOf({ alertId, violation, trace }: Opened, kept: Kept): Opening {
    const { evidence, evidenceMissing } = kept;
    return {
      ...{ alertId, violation, evidence },
      ...(evidenceMissing === undefined ? {} : { evidenceMissing }),
      ...(trace === undefined ? {} : { trace }),
      deliveries: this.#deliveries('alert.firing', { alertId, violation, kept }),
    };
  }

  /** A place is told again within a second: it is not worth waiting for. */
  async #move(): Promise<void> {
    const moves = [...this.#moves.values()];
    this.#moves.clear();
    try {
      await this.#options.store.moved(moves);
    } catch (fault) {
      if (!this.#line.noteDiskFull(fault) && !isAway(fault) && !isFenced(fault)) throw fault;
      if (isFenced(fault)) this.#options.onFenced?.();
    }
  }

  async #end(violation: Violation): Promise<void> {
    const { store, clock } = this.#options;
    const { ended = 'left', endedAt = clock.now() } = violation;
    let deliveries: NewDelivery[] | undefined;
    const told = await this.#line.commit(async () => {
      const alert = await store.alertOfViolation(violation.id);
      if (alert === undefined) return undefined;
      // By an earlier try that had no answer, or by somebody else.
      if (alert.condition === 'ended') return deliveries && alert;
      const change = { alertId: alert.id, violation: { ...violation, endedAt } };
      deliveries ??= this.#deliveries('alert.ended', change);
      return store.end({ violationId: violation.id, ended, endedAt, deliveries });
    });
    if (told !== undefined) this.#tell(told);
  }

  #deliveries(
    type: 'alert.firing' | 'alert.ended',
    { alertId, violation, kept }: { alertId: string; violation: Violation; kept?: Kept },
  ): NewDelivery[] {
    const { endpoints, publicUrl, clock } = this.#options;
    const at = clock.now();
    return endpoints.map((endpoint) => {
      const { picture, pictureMissing } = (endpoint.picture ? kept : undefined) ?? {};
      const body = webhookBody({
        ...{ type, alertId, violation, publicUrl, at },
        ...(picture === undefined ? {} : { picture }),
        ...(pictureMissing === undefined ? {} : { pictureMissing }),
      });
      return { id: `msg_${randomUUID()}`, endpointId: endpoint.id, type, body, createdAt: at };
    });
  }

  #tell(alert: Alert): void {
    const { id, condition, violation } = alert;
    const { cameraId, ruleId, ended } = violation;
    this.told[condition] += 1;
    this.#options.logger.info({ alertId: id, cameraId, ruleId, condition, ended }, 'alert');
    this.#options.onAlert(alert);
  }
}
