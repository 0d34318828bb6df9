/** Which hub is active: claimed again and again in the store that all hubs share. */
import type { Clock } from '@maskwatch/platform/clock';
import type { Logger } from '@maskwatch/platform/logger';
import { messageOf } from '@maskwatch/platform/problem';
import type { Leadership } from '@maskwatch/store/leadership';

const claimMs = 2000;
/** With a claim each 2 s another hub takes over within 8 s of the last. */
const leaseMs = 6000;
/** After the store was away the one that was active goes first: it knows what waits. */
const yieldMs = 4000;
/** An active hub without the bus offers its place for so long. */
const offerMs = 4000;
/** The bus may be back at once. */
const deafMs = 1000;
/** Without the bus for so long it is nobody's: a hub takes the place all the same. */
const allDeafMs = 20_000;

export interface ActivePlaceOptions {
  leadership: Leadership;
  hubId: string;
  clock: Clock;
  logger: Logger;
  /** Takes over what is in the store; active once it resolves, tried again where it rejects. */
  takeOver(): Promise<void>;
  /** Another hub is active: forgets what only the active one may know. */
  stepDown(): Promise<void>;
}

/**
 * An active hub stays so until the store says otherwise: while the store is away nobody else can
 * take over, and what is said in vain is refused by the term.
 */
export class ActivePlace {
  readonly #options: ActivePlaceOptions;
  #term: number | undefined;
  #active = false;
  /** One round at a time; a word that comes during one makes another. */
  #round: Promise<void> | undefined;
  #again = false;
  #stopped = false;
  #cancelTimer = () => {};
  /** When the bus was lost. */
  #deafSince: number | undefined;
  /** The place was offered in this loss of the bus, and is not claimed before. */
  #offeredUntil: number | undefined;
  /** The store did not answer the last time. */
  #away = false;
  #claimFrom = 0;

  constructor(options: ActivePlaceOptions) {
    this.#options = options;
  }

  get active(): boolean {
    return this.#active;
  }

  /** Undefined while it stands by. */
  get term(): number | undefined {
    return this.#active ? this.#term : undefined;
  }

  /** Rejects where the first claim, or what follows from it, does. */
  async start(): Promise<void> {
    await this.#claim();
    this.#later();
  }

  /** Claims now: the store has refused something, or nobody knows. */
  check(): void {
    if (this.#stopped) return;
    this.#again = true;
    this.#round ??= this.#rounds().finally(() => {
      this.#round = undefined;
    });
  }

  /** Whether the bus is heard. */
  hears(bus: boolean): void {
    if (!bus) this.#deafSince ??= this.#options.clock.now();
    else {
      this.#deafSince = undefined;
      this.#offeredUntil = undefined;
      this.check();
    }
  }

  /** Claims no more; what is under way is over when it resolves. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer();
    await this.#round;
  }

  /** Gives the place up: what had to be committed is. */
  async resign(): Promise<void> {
    if (this.#active) await this.#options.leadership.resign(this.#options.hubId);
    this.#active = false;
  }

  #later(): void {
    if (this.#stopped) return;
    this.#cancelTimer = this.#options.clock.setTimer(() => {
      this.check();
      void (this.#round ?? Promise.resolve()).then(() => this.#later());
    }, claimMs);
  }

  async #rounds(): Promise<void> {
    while (this.#again && !this.#stopped) {
      this.#again = false;
      try {
        await this.#turn();
      } catch (fault) {
        this.#noteAway(fault);
      }
    }
  }

  async #turn(): Promise<void> {
    const { leadership, hubId, clock, logger } = this.#options;
    const now = clock.now();
    const deafFor = this.#deafSince === undefined ? 0 : now - this.#deafSince;
    if (this.#active && deafFor >= deafMs && this.#offeredUntil === undefined) {
      logger.warn('this hub does not hear the bus: it offers its place to another');
      this.#offeredUntil = now + offerMs;
      return leadership.resign(hubId);
    }
    if (this.#active && now < (this.#offeredUntil ?? 0)) return;
    if (!this.#active && deafFor > 0 && deafFor < allDeafMs) return;
    if (this.#away && !this.#active) {
      await leadership.cameraLeases();
      this.#claimFrom = now + yieldMs;
      this.#noteBack();
    }
    if (!this.#active && now < this.#claimFrom) return;
    await this.#claim();
    this.#noteBack();
  }

  async #claim(): Promise<void> {
    const { leadership, hubId, logger } = this.#options;
    const claimed = await leadership.claim({ hubId, leaseMs });
    if (claimed?.term === this.#term && this.#active) return;
    // The number grows with each change: nobody was active in between.
    if (this.#active && claimed?.term === this.#term! + 1) {
      this.#term = claimed!.term;
      leadership.fence(this.#term);
      return;
    }
    if (this.#active) {
      logger.warn({ term: this.#term }, 'another hub is active: this one stands by');
      this.#active = false;
      await this.#options.stepDown();
    }
    if (claimed !== undefined && !this.#stopped) await this.#takeOver(claimed.term);
  }

  async #takeOver(term: number): Promise<void> {
    const { leadership, hubId, logger } = this.#options;
    this.#term = term;
    leadership.fence(term);
    try {
      await this.#options.takeOver();
    } catch (fault) {
      // Another hub may be luckier.
      await leadership.resign(hubId).catch(() => {});
      throw fault;
    }
    this.#active = true;
    logger.info({ hubId, term }, 'this hub is the active one');
  }

  #noteAway(fault: unknown): void {
    const facts = { fault: messageOf(fault) };
    if (!this.#away) this.#options.logger.warn(facts, 'the place of the active hub is not known');
    this.#away = true;
  }

  #noteBack(): void {
    if (this.#away) this.#options.logger.info('the store answers again');
    this.#away = false;
  }
}
