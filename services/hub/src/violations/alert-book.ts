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
import { diskWasFull, EvidenceKeeper, type Kept } from '../evidence/evidence-keeper.ts';
import type { EvidenceLedger, HeldCandidate } from '../evidence/evidence-ledger.ts';
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
}

interface Opened {
  alertId: string;
  violation: Violation;
  trace: Trace | undefined;
}

export class AlertBook {
  readonly #options: AlertBookOptions;
  readonly #line: CommitLine;
  readonly #keeper: EvidenceKeeper;
  /** Where people of open violations are now, by violation; written with the next turn. */
  readonly #moves = new Map<string, Violation>();

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

  opened(violation: Violation, trace?: Trace): void {
    const { trackId } = violation;
    // Looked up now: when the commit has its turn, newer candidates may have taken its place.
    const held = trackId === undefined ? undefined : this.#options.ledger.best(trackId);
    const opened = { alertId: randomUUID(), violation, trace };
    this.#line.enqueue('opened', () => this.#open(opened, held));
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
    const kept = await this.#keeper.keep(opened.alertId, { ...opened, held });
    if (this.#line.noteDiskFull(kept.fault)) await this.#line.giveUpReserve();
    return kept;
  }

  async #commitOpening(opened: Opened, kept: Kept): Promise<Alert> {
    const { store } = this.#options;
    const discard = () => this.#keeper.discard(kept.evidence);
    try {
      return await this.#line.commit(
        () => store.open(this.#opening(opened, kept)),
        async () => {
          await discard();
          const bare = opened.violation.subject === 'camera' ? kept : diskWasFull;
          return store.open(this.#opening(opened, bare));
        },
      );
    } catch (fault) {
      await discard();
      throw fault;
    }
  }

  #opening({ alertId, violation, trace }: Opened, kept: Kept): Opening {
    const { evidence, evidenceMissing } = kept;
    return {
      ...{ alertId, violation, evidence },
      ...(evidenceMissing === undefined ? {} : { evidenceMissing }),
      ...(trace === undefined ? {} : { trace }),
      deliveries: this.#deliveries('alert.firing', { alertId, violation, kept }),
    };
  }

  /** A place is told again within a second: on a full disk it is not worth waiting. */
  async #move(): Promise<void> {
    const moves = [...this.#moves.values()];
    this.#moves.clear();
    try {
      await this.#options.store.moved(moves);
    } catch (fault) {
      if (!this.#line.noteDiskFull(fault)) throw fault;
    }
  }

  async #end(violation: Violation): Promise<void> {
    const { store, clock } = this.#options;
    const alert = await store.alertOfViolation(violation.id);
    if (alert === undefined || alert.condition === 'ended') return;
    const { ended = 'left', endedAt = clock.now() } = violation;
    const told = await this.#line.commit(() =>
      store.end({
        violationId: violation.id,
        ...{ ended, endedAt },
        deliveries: this.#deliveries('alert.ended', {
          alertId: alert.id,
          violation: { ...violation, endedAt },
        }),
      }),
    );
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
    this.#options.logger.info({ alertId: id, cameraId, ruleId, condition, ended }, 'alert');
    this.#options.onAlert(alert);
  }
}
