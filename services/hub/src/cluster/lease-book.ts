/**
 * Who owns which camera, decided from what ingests say of themselves. A camera stays where it is
 * while its owner lives and says that it has it.
 */
import type { IngestMessage } from '@maskwatch/contracts/bus';
import type { IngestStatus, Lease } from '@maskwatch/contracts/scaled';
import type { CameraLease } from '@maskwatch/store/leadership';

/** Ingests speak each second: one that is silent for so long is gone. */
const silentMs = 4000;
/** A lease, and two seconds of which one may be lost. */
const listMs = 6000;
/** Between moves that only share the load: each costs its camera some seconds. */
const balanceMs = 5000;
/** After the first ingest all that run have spoken by then: cameras of nobody wait for it. */
const listenMs = 2000;
/** Who looks so late stood still itself: what was said in the meantime is not read yet. */
const stoodStillMs = 3000;
const forgetMs = 60_000;
/** An ingest that did not take a camera is given others only where there is no other ingest. */
const shunMs = 60_000;

export type IngestWord = IngestMessage & { kind: 'ingest' };

export interface LeaseBookOptions {
  /** Hash of the config of each camera. */
  cameras: ReadonlyMap<string, string>;
  /** Why an ingest is given nothing; undefined where its stamp fits. */
  refuse(stamp: IngestWord['stamp']): string | undefined;
  now: number;
}

export interface Move {
  cameraId: string;
  to: string;
}

interface Ingest {
  id: string;
  at: number;
  word: IngestWord;
  refused: string | undefined;
}

interface Owned {
  owner: string;
  epoch: number;
  /** When it was granted, or its owner last said that it has it. */
  listedAt: number;
}

export class LeaseBook {
  readonly #options: LeaseBookOptions;
  readonly #ingests = new Map<string, Ingest>();
  readonly #owned = new Map<string, Owned>();
  /** Cameras that some ingest said to have, and when. */
  readonly #listed = new Map<string, number>();
  /** Ingests that did not take what they were given, until when. */
  readonly #shunned = new Map<string, number>();
  #keptOut: ReadonlySet<string> = new Set();
  #balancedAt = 0;
  #lookedAt: number;
  /** Until then nobody is called gone, and cameras of nobody stay so. */
  #patientUntil: number;
  #listeningUntil: number;
  #moved = 0;

  constructor(options: LeaseBookOptions) {
    this.#options = options;
    this.#lookedAt = options.now;
    this.#patientUntil = options.now + silentMs;
    this.#listeningUntil = options.now + listenMs;
    for (const id of options.cameras.keys()) this.#listed.set(id, options.now);
  }

  /** Cameras that went from one owner to another. */
  get moved(): number {
    return this.#moved;
  }

  /** Answers with the ingest's status where it was not known, or not refused for this, before. */
  heard(id: string, word: IngestWord, now: number): IngestStatus | undefined {
    const before = this.#ingests.get(id);
    const refused = this.#options.refuse(word.stamp) ?? this.#otherConfig(word);
    const ingest = { id, at: now, word, refused };
    this.#ingests.set(id, ingest);
    for (const { cameraId, epoch } of word.owned) {
      this.#listed.set(cameraId, now);
      const owned = this.#owned.get(cameraId);
      if (owned?.owner === id && owned.epoch === epoch) owned.listedAt = now;
    }
    if (before === undefined) this.#forget(now);
    if (this.#ingests.size === 1 && before === undefined) this.#listeningUntil = now + listenMs;
    const same = before !== undefined && before.refused === refused;
    return same ? undefined : statusOf(ingest);
  }

  /**
   * What the store has; owners that still speak keep what they have. Who stood by has heard who
   * does, so that a machine that died with its hub and its ingest is not waited for.
   */
  takeOver(leases: CameraLease[], now: number): void {
    this.#owned.clear();
    for (const { cameraId, owner, epoch } of leases) {
      if (!this.#options.cameras.has(cameraId)) continue;
      this.#owned.set(cameraId, { owner, epoch, listedAt: now });
    }
  }

  /** The hub did not hear for a while: silence says nothing yet. */
  bePatient(now: number): void {
    this.#patientUntil = now + silentMs;
    for (const owned of this.#owned.values()) owned.listedAt = now;
  }

  /** To be called twice a second, also while standing by. */
  look(now: number): void {
    if (now - this.#lookedAt > stoodStillMs) this.bePatient(now);
    this.#lookedAt = now;
  }

  /** From now on nobody may have these cameras and no others. True where one had an owner. */
  keepOut(cameraIds: ReadonlySet<string>): boolean {
    this.#keptOut = cameraIds;
    return [...cameraIds].filter((id) => this.#owned.delete(id)).length > 0;
  }

  /** Cameras to grant now, each to whom; at most one of them only to share the load. */
  moves(now: number): Move[] {
    this.#shun(now);
    const loads = this.#loads(now);
    const moves: Move[] = [];
    for (const cameraId of this.#options.cameras.keys()) {
      if (this.#keptOut.has(cameraId) || this.#stays(cameraId, now)) continue;
      const to = this.#leastLoaded(cameraId, loads);
      if (to === undefined) continue;
      loads.set(to, loads.get(to)! + 1);
      moves.push({ cameraId, to });
    }
    return moves.length > 0 ? moves : this.#balancing(loads, now);
  }

  granted({ cameraId, to }: Move, epoch: number, now: number): void {
    // The store was being asked while this began.
    if (this.#keptOut.has(cameraId)) return;
    const before = this.#owned.get(cameraId);
    if (before !== undefined && before.owner !== to) this.#moved += 1;
    this.#owned.set(cameraId, { owner: to, epoch, listedAt: now });
  }

  /** Of each ingest that is known, also where it owns nothing. */
  leases(): Map<string, Lease[]> {
    const leases = new Map<string, Lease[]>();
    for (const id of this.#ingests.keys()) leases.set(id, []);
    for (const [cameraId, { owner, epoch }] of this.#owned) {
      const ingest = this.#ingests.get(owner);
      const may = ingest !== undefined && ingest.refused === undefined;
      if (may && this.#knows(ingest, cameraId)) leases.get(owner)!.push({ cameraId, epoch });
    }
    return leases;
  }

  /** Those that live. */
  ingests(now: number): IngestStatus[] {
    return this.#heard(now)
      .map(statusOf)
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** Cameras that nobody has said to have for a while and that are not kept out, since when, and why. */
  ownerless(now: number): { cameraId: string; since: number; detail: string }[] {
    return [...this.#options.cameras.keys()].flatMap((cameraId) => {
      const since = this.#listed.get(cameraId) ?? now;
      const quiet = now - since < listMs || this.#keptOut.has(cameraId);
      return quiet ? [] : [{ cameraId, since, detail: this.#why(cameraId, now) }];
    });
  }

  #heard(now: number): Ingest[] {
    return [...this.#ingests.values()].filter(({ at }) => now - at <= silentMs);
  }

  #forget(now: number): void {
    for (const { id, at } of this.#ingests.values()) {
      if (now - at > forgetMs) this.#ingests.delete(id);
    }
  }

  #why(cameraId: string, now: number): string {
    const heard = this.#heard(now);
    if (heard.length === 0) return 'No ingest is running: start "maskwatch ingest".';
    const fitting = heard.filter(({ refused }) => refused === undefined);
    if (fitting.length === 0) return `No ingest may watch it: ${heard[0]!.refused}`;
    const alike = fitting.some((ingest) => this.#knows(ingest, cameraId));
    if (alike) return 'It is being given to an ingest.';
    return 'Each ingest has other settings of it than the hub: give all the same config.';
  }

  #stays(cameraId: string, now: number): boolean {
    const owned = this.#owned.get(cameraId);
    if (owned === undefined) return now < this.#listeningUntil;
    const owner = this.#ingests.get(owned.owner);
    if (owner === undefined) return now < this.#patientUntil;
    if (!this.#mayOwn(owner, cameraId)) return false;
    if (now < this.#patientUntil) return true;
    return now - owner.at <= silentMs && now - owned.listedAt <= listMs;
  }

  #shun(now: number): void {
    for (const { owner, listedAt } of this.#owned.values()) {
      const speaks = now - (this.#ingests.get(owner)?.at ?? 0) <= silentMs;
      if (speaks && now - listedAt > listMs) this.#shunned.set(owner, now + shunMs);
    }
  }

  /** Cameras of each ingest that may be given some. */
  #loads(now: number): Map<string, number> {
    const loads = new Map<string, number>();
    const fit = this.#heard(now).filter((one) => !one.word.leaving && one.refused === undefined);
    const willing = fit.filter(({ id }) => now >= (this.#shunned.get(id) ?? 0));
    for (const { id } of willing.length > 0 ? willing : fit) loads.set(id, 0);
    for (const [cameraId, { owner }] of this.#owned) {
      const load = loads.get(owner);
      if (load !== undefined && this.#stays(cameraId, now)) loads.set(owner, load + 1);
    }
    return loads;
  }

  #leastLoaded(cameraId: string, loads: Map<string, number>): string | undefined {
    const before = this.#owned.get(cameraId)?.owner;
    return [...loads]
      .filter(([id]) => id !== before && this.#knows(this.#ingests.get(id)!, cameraId))
      .sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1))[0]?.[0];
  }

  /** One camera of the most loaded that the least loaded may have, now and then. */
  #balancing(loads: Map<string, number>, now: number): Move[] {
    const quiet = now < this.#patientUntil || now - this.#balancedAt < balanceMs;
    if (quiet || loads.size < 2) return [];
    const byLoad = [...loads].sort((a, b) => a[1] - b[1]);
    const [least, most] = [byLoad[0]!, byLoad.at(-1)!];
    if (most[1] - least[1] < 2) return [];
    const to = this.#ingests.get(least[0])!;
    const movable = [...this.#owned].find(
      ([cameraId, { owner }]) => owner === most[0] && this.#knows(to, cameraId),
    );
    if (movable === undefined) return [];
    this.#balancedAt = now;
    return [{ cameraId: movable[0], to: to.id }];
  }

  #mayOwn(ingest: Ingest, cameraId: string): boolean {
    return !ingest.word.leaving && ingest.refused === undefined && this.#knows(ingest, cameraId);
  }

  #knows({ word }: Ingest, cameraId: string): boolean {
    return word.cameras[cameraId] === this.#options.cameras.get(cameraId);
  }

  #otherConfig(word: IngestWord): string | undefined {
    const { cameras } = this.#options;
    if (cameras.size === 0) return undefined;
    if ([...cameras].some(([id, hash]) => word.cameras[id] === hash)) return undefined;
    return 'Its config says nothing of these cameras that the hub says: give both the same config.';
  }
}

function statusOf({ id, at, word, refused }: Ingest): IngestStatus {
  const { owned, leaving, stamp } = word;
  const status = { id, at, version: stamp.version, owned, leaving };
  return refused === undefined ? status : { ...status, refused };
}
