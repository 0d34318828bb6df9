/** From a held candidate to what is kept of a violation, and to what a receiver is sent of it. */
import type { Evidence } from '@maskwatch/contracts/alert';
import type { Violation } from '@maskwatch/contracts/violation';
import type { Logger } from '@maskwatch/platform/logger';
import { messageOf } from '@maskwatch/platform/problem';
import type { EvidenceFiles } from '@maskwatch/store/evidence-files';
import { isAway, isDiskFull } from '../store-faults.ts';
import type { HeldCandidate } from './evidence-ledger.ts';
import { webhookPicture } from './webhook-picture.ts';

export interface Kept {
  evidence: Evidence[];
  /** Why there is none where one was due. */
  evidenceMissing?: string;
  /** With the box drawn, for endpoints that want it. */
  picture?: Uint8Array;
  /** Why those endpoints get none where one was due. */
  pictureMissing?: string;
  /** What kept the files from being written. */
  fault?: unknown;
}

export interface ToKeep {
  alertId: string;
  /** Of the two files. */
  evidenceIds: { picture: string; crop: string };
  violation: Violation;
  held: HeldCandidate | undefined;
}

export interface EvidenceKeeperOptions {
  files: EvidenceFiles;
  /** Some endpoint wants the picture. */
  pictureWanted: boolean;
  logger: Logger;
}

const missing = (why: string) => ({ evidence: [], evidenceMissing: why, pictureMissing: why });

export const diskWasFull: Kept = missing('The disk was full when the violation opened.');

export class EvidenceKeeper {
  readonly #options: EvidenceKeeperOptions;
  #written = 0;

  constructor(options: EvidenceKeeperOptions) {
    this.#options = options;
  }

  /** Files written. */
  get written(): number {
    return this.#written;
  }

  /**
   * What cannot be written costs the picture, never the alert. Rejects with `store-unreachable` only:
   * asked again it writes the same files.
   */
  async keep({ alertId, evidenceIds, violation, held }: ToKeep): Promise<Kept> {
    if (violation.subject === 'camera') return { evidence: [] };
    if (held === undefined) return missing('No picture of the face was good enough to keep.');
    try {
      const evidence = await this.#write({ alertId, evidenceIds }, held);
      this.#written += evidence.length;
      return { evidence, ...(await this.#toSend(violation, held)) };
    } catch (fault) {
      if (isAway(fault)) throw fault;
      this.#options.logger.error({ err: fault, alertId }, 'evidence could not be written');
      if (isDiskFull(fault)) return { ...diskWasFull, fault };
      return { ...missing(`The picture could not be kept (${messageOf(fault)}).`), fault };
    }
  }

  /** Of an alert that is not committed with it. */
  async discard(evidence: readonly Evidence[]): Promise<void> {
    await Promise.all(evidence.map(({ path }) => this.#options.files.remove(path)));
  }

  async #toSend(
    { state }: Violation,
    { candidate, picture }: HeldCandidate,
  ): Promise<Pick<Kept, 'picture' | 'pictureMissing'>> {
    if (!this.#options.pictureWanted) return {};
    try {
      const small = await webhookPicture(picture, { box: candidate.box, state });
      if (small !== undefined) return { picture: small };
      return { pictureMissing: 'The picture is too large to be sent.' };
    } catch (fault) {
      this.#options.logger.error({ err: fault }, 'a picture could not be prepared for sending');
      return { pictureMissing: 'The picture could not be prepared for sending.' };
    }
  }

  async #write(
    { alertId, evidenceIds }: Pick<ToKeep, 'alertId' | 'evidenceIds'>,
    { candidate, picture, crop }: HeldCandidate,
  ): Promise<Evidence[]> {
    const { crop: cropped, capturedAt } = candidate;
    const written: Evidence[] = [];
    for (const { kind, jpeg, width, height, box } of [
      { kind: 'picture', jpeg: picture, ...candidate } as const,
      { kind: 'crop', jpeg: crop, ...cropped } as const,
    ]) {
      const id = evidenceIds[kind];
      try {
        const path = await this.#options.files.write(id, jpeg, capturedAt);
        const bytes = jpeg.length;
        written.push({ id, alertId, kind, path, bytes, width, height, box, capturedAt });
      } catch (fault) {
        // A store that is away is asked again with the same names.
        if (!isAway(fault)) await this.discard(written);
        throw fault;
      }
    }
    return written;
  }
}
