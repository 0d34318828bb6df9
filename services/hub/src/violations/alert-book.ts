/**
 * From what the rules say to what people are told: violation, alert, evidence and outbox rows are
 * committed together, and nobody hears of an alert before.
 */
import { randomUUID } from 'node:crypto';
import type { Alert, Evidence } from '@maskwatch/contracts/alert';
import type { EndpointConfig } from '@maskwatch/contracts/config';
import type { EndReason, Trace, Violation } from '@maskwatch/contracts/violation';
import type { Clock } from '@maskwatch/platform/clock';
import type { Logger } from '@maskwatch/platform/logger';
import { messageOf, Problem } from '@maskwatch/platform/problem';
import type { NewDelivery, Opening, Store } from '@maskwatch/store/store';
import type { EvidenceFolder } from '../evidence/evidence-folder.ts';
import type { EvidenceLedger, HeldCandidate } from '../evidence/evidence-ledger.ts';
import { webhookPicture } from '../evidence/webhook-picture.ts';
import { webhookBody } from './webhook-body.ts';

/** Between tries to commit while the disk is full. */
const fullDiskRetryMs = 1000;
/** What waits for a commit; more are lost, counted and logged. A violation is about 1 KB. */
const mostWaiting = 10_000;

export interface AlertBookOptions {
  store: Store;
  ledger: EvidenceLedger;
  folder: EvidenceFolder;
  endpoints: EndpointConfig[];
  publicUrl: string;
  clock: Clock;
  logger: Logger;
  /** Called after the commit. */
  onAlert(alert: Alert): void;
}

interface Shown {
  evidence: Evidence[];
  evidenceMissing?: string;
  /** With the box drawn, for endpoints that want it. */
  picture?: Uint8Array;
}

export class AlertBook {
  readonly #options: AlertBookOptions;
  #tail: Promise<void> = Promise.resolve();
  #waiting = 0;
  #lost = 0;
  #written = 0;
  #diskFull = false;
  #stopped = false;

  constructor(options: AlertBookOptions) {
    this.#options = options;
  }

  /** The last commit or picture found no room on the disk. */
  get diskFull(): boolean {
    return this.#diskFull;
  }

  /** Changes given up because too many waited for a full disk. */
  get lost(): number {
    return this.#lost;
  }

  /** Evidence files written. */
  get written(): number {
    return this.#written;
  }

  opened(violation: Violation, trace?: Trace): void {
    // Taken now: when the commit has its turn, the track may have ended.
    const held = violation.trackId && this.#options.ledger.take(violation.trackId);
    this.#enqueue('opened', () => this.#open(violation, { held: held || undefined, trace }));
  }

  ended(violation: Violation, ended: EndReason): void {
    this.#enqueue('ended', () => this.#end({ ...violation, ended }));
  }

  moved(violations: Violation[]): void {
    if (violations.length === 0) return;
    this.#enqueue('moved', () => this.#options.store.moved(violations));
  }

  /** Answers when all that was said has been committed, or cannot be. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#tail;
  }

  #enqueue(what: string, commit: () => Promise<void>): void {
    if (this.#waiting >= mostWaiting) {
      this.#lost += 1;
      this.#options.logger.error({ what, lost: this.#lost }, 'a change of a violation was lost');
      return;
    }
    this.#waiting += 1;
    this.#tail = this.#tail
      .then(commit)
      .catch((fault: unknown) => {
        this.#lost += 1;
        this.#options.logger.error({ err: fault, what }, 'a change of a violation was lost');
      })
      .finally(() => {
        this.#waiting -= 1;
      });
  }

  async #open(
    violation: Violation,
    { held, trace }: { held: HeldCandidate | undefined; trace: Trace | undefined },
  ): Promise<void> {
    const alertId = randomUUID();
    const shown = await this.#show(violation, alertId, held);
    const opening = this.#opening({ alertId, violation, shown, trace });
    const alert = await this.#commit(
      () => this.#options.store.open(opening),
      async () => {
        const evidenceMissing = 'The disk was full when the violation opened.';
        await Promise.all(shown.evidence.map(({ path }) => this.#options.folder.remove(path)));
        const bare = this.#opening({
          ...{ alertId, violation, trace },
          shown: { evidence: [], evidenceMissing },
        });
        return this.#options.store.open(bare);
      },
    );
    this.#tell(alert);
  }

  #opening(given: {
    alertId: string;
    violation: Violation;
    shown: Shown;
    trace: Trace | undefined;
  }): Opening {
    const { alertId, violation, shown, trace } = given;
    const { evidence, evidenceMissing } = shown;
    return {
      ...{ alertId, violation, evidence },
      ...(evidenceMissing === undefined ? {} : { evidenceMissing }),
      ...(trace === undefined ? {} : { trace }),
      deliveries: this.#deliveries('alert.firing', alertId, violation, shown),
    };
  }

  async #end(violation: Violation): Promise<void> {
    const { store, clock } = this.#options;
    const alert = await store.alertOfViolation(violation.id);
    if (alert === undefined || alert.condition === 'ended') return;
    const { ended = 'left', endedAt = clock.now() } = violation;
    const ending = {
      violationId: violation.id,
      ...{ ended, endedAt },
      deliveries: this.#deliveries('alert.ended', alert.id, { ...violation, endedAt }),
    };
    const commit = () => store.end(ending);
    const told = await this.#commit(commit, commit);
    if (told !== undefined) this.#tell(told);
  }

  #deliveries(
    type: 'alert.firing' | 'alert.ended',
    alertId: string,
    violation: Violation,
    shown?: Shown,
  ): NewDelivery[] {
    const { endpoints, publicUrl, clock } = this.#options;
    const at = clock.now();
    return endpoints.map((endpoint) => {
      const { picture, evidenceMissing } = (endpoint.picture ? shown : undefined) ?? {};
      const body = webhookBody({
        ...{ type, alertId, violation, publicUrl, at },
        ...(picture === undefined ? {} : { picture }),
        ...(evidenceMissing === undefined ? {} : { pictureMissing: evidenceMissing }),
      });
      return { id: `msg_${randomUUID()}`, endpointId: endpoint.id, type, body, createdAt: at };
    });
  }

  /** Writes the evidence files; what cannot be written costs the picture, never the alert. */
  async #show(
    violation: Violation,
    alertId: string,
    held: HeldCandidate | undefined,
  ): Promise<Shown> {
    if (violation.subject === 'camera') return { evidence: [] };
    if (held === undefined) {
      return { evidence: [], evidenceMissing: 'No picture of the face was good enough to keep.' };
    }
    try {
      const evidence = await this.#write(alertId, held);
      this.#written += evidence.length;
      const { box } = held.candidate;
      const { state } = violation;
      const wanted = this.#options.endpoints.some(({ picture }) => picture);
      const picture = wanted ? await webhookPicture(held.picture, { box, state }) : undefined;
      return { evidence, ...(picture === undefined ? {} : { picture }) };
    } catch (fault) {
      const full = isDiskFull(fault);
      this.#diskFull ||= full;
      this.#options.logger.error({ err: fault, alertId }, 'evidence could not be written');
      const why = full
        ? 'The disk was full'
        : `The picture could not be kept (${messageOf(fault)})`;
      return { evidence: [], evidenceMissing: `${why} when the violation opened.` };
    }
  }

  async #write(alertId: string, { candidate, picture, crop }: HeldCandidate): Promise<Evidence[]> {
    const { folder } = this.#options;
    const { crop: cropped, capturedAt } = candidate;
    const written: Evidence[] = [];
    for (const { kind, jpeg, width, height, box } of [
      { kind: 'picture', jpeg: picture, ...candidate } as const,
      { kind: 'crop', jpeg: crop, ...cropped } as const,
    ]) {
      const id = randomUUID();
      try {
        const path = await folder.write(id, jpeg, capturedAt);
        const bytes = jpeg.length;
        written.push({ id, alertId, kind, path, bytes, width, height, box, capturedAt });
      } catch (fault) {
        await Promise.all(written.map((evidence) => folder.remove(evidence.path)));
        throw fault;
      }
    }
    return written;
  }

  /** On a full disk: gives up the reserve, then tries the smaller change until there is room. */
  async #commit<T>(whole: () => Promise<T>, smaller: () => Promise<T>): Promise<T> {
    let change = whole;
    for (;;) {
      try {
        return await change();
      } catch (fault) {
        if (!isDiskFull(fault) || this.#stopped) throw fault;
        change = smaller;
        this.#diskFull = true;
        const { store, logger } = this.#options;
        const released = await store.releaseReserve();
        logger.error({ released }, 'the disk is full; alerts are written without pictures');
        if (!released) await this.#pause(fullDiskRetryMs);
      }
    }
  }

  /** To be asked now and then: makes the reserve again, and forgets that the disk was full. */
  async recover(): Promise<void> {
    if (this.#diskFull && (await this.#options.store.restoreReserve())) this.#diskFull = false;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#options.clock.setTimer(resolve, ms));
  }

  #tell(alert: Alert): void {
    const { id, condition, violation } = alert;
    const { cameraId, ruleId, ended } = violation;
    this.#options.logger.info({ alertId: id, cameraId, ruleId, condition, ended }, 'alert');
    this.#options.onAlert(alert);
  }
}

function isDiskFull(fault: unknown): boolean {
  if (fault instanceof Problem) return fault.code === 'store-full';
  const code = (fault as NodeJS.ErrnoException | undefined)?.code;
  return code === 'ENOSPC' || code === 'EDQUOT';
}
