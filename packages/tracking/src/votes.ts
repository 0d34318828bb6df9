import {
  JudgedState,
  likeliest,
  type MaskState,
  type Probabilities,
} from '@maskwatch/contracts/mask-state';

/** What was said before fades: a person who puts a mask on is believed within seconds. */
const halfLifeMs = 3000;
/** Neighbouring frames show the same mistake: together they are one vote. */
const fullVoteMs = 300;
const firstStateLooks = 3;
const firstStateMs = 600;
const changeMs = 1000;
/** Log-odds over the next state, for a first state and against a settled one. */
const firstLead = 1.5;
const changeLead = 1;
/** No past outweighs more than a few good looks, so that a true change is seen in time. */
const mostLead = 8;
/** One look says at most 39 to 1, whatever the classifier claims. */
const surest = 0.975;
/** A face of this size in analysis pixels, fully sharp, has a whole vote. */
const wholeVoteSize = 48;
/** Without a look that counts for so long, nobody knows the state any more. */
const forgetMs = 2000;
/** Looks for a state that are further apart than this did not lead to it together. */
const streakGapMs = 1500;

export interface Look {
  at: number;
  probabilities: Probabilities;
  /** Face size in analysis pixels. */
  size: number;
  /** 0 (blurred) to 1 (sharp). */
  sharpness: number;
}

/**
 * The belief about one track's mask state: decaying sums of log-probabilities, compared state
 * against state, with hysteresis between what is believed and what is said.
 */
export class Votes {
  state: MaskState = 'unknown';
  stateSince: number;
  /** Looks that counted. */
  looks = 0;
  #scores = new Map<JudgedState, number>();
  #streaks = new Map<JudgedState, { first: number; last: number }>();
  #firstLookAt = 0;
  #lastLookAt: number | undefined;
  #lastCountedAt: number | undefined;
  #opposed: { by: JudgedState; since: number } | undefined;
  readonly #believeFrom: number;

  /** `believeFrom`: below this probability of the likeliest state a look adds nothing. */
  constructor(believeFrom: number, at: number) {
    this.#believeFrom = believeFrom;
    this.stateSince = at;
  }

  add(look: Look): void {
    this.#lastLookAt = look.at;
    const best = likeliest(look.probabilities);
    if (best === undefined || best.probability < this.#believeFrom) return;
    const elapsed = this.#lastCountedAt === undefined ? fullVoteMs : look.at - this.#lastCountedAt;
    this.#fade(elapsed);
    this.#count(look, Math.min(1, elapsed / fullVoteMs));
    if (this.looks === 0) this.#firstLookAt = look.at;
    this.looks += 1;
    this.#lastCountedAt = look.at;
    this.#noteStreak(best.state, look.at);
    this.#decide(look.at);
  }

  /** Time passes without looks: a state that nothing has confirmed for `forgetMs` is given up. */
  pass(at: number, usualGapMs: number): void {
    const since = this.#lastCountedAt;
    if (this.state === 'unknown' || since === undefined) return;
    if (at - since <= Math.max(forgetMs, 2.5 * usualGapMs)) return;
    this.#set('unknown', since);
  }

  /** Another person may have been meant: nothing that was said before holds for this one. */
  reset(at: number): void {
    this.#scores.clear();
    this.#streaks.clear();
    this.looks = 0;
    this.#lastLookAt = undefined;
    this.#lastCountedAt = undefined;
    if (this.state !== 'unknown') this.#set('unknown', at);
  }

  /** Nothing settled, or something speaks against it: look again on the next frame. */
  get contested(): boolean {
    return (
      this.state === 'unknown' ||
      this.#lastLookAt !== this.#lastCountedAt ||
      this.#opposed !== undefined ||
      (this.#leader()?.lead ?? 0) < mostLead / 2
    );
  }

  /** Softmax of the scores; sums to 1, empty before the first look that counted. */
  get probabilities(): Probabilities {
    const top = Math.max(...this.#scores.values());
    const weights = [...this.#scores].map(([state, score]) => [state, Math.exp(score - top)]);
    const sum = weights.reduce((total, [, weight]) => total + (weight as number), 0);
    return Object.fromEntries(weights.map(([state, weight]) => [state, (weight as number) / sum]));
  }

  #fade(elapsedMs: number): void {
    const kept = 0.5 ** (elapsedMs / halfLifeMs);
    for (const [state, score] of this.#scores) this.#scores.set(state, score * kept);
  }

  #count(look: Look, share: number): void {
    const size = Math.min(1, look.size / wholeVoteSize);
    const weight = share * size * (0.3 + 0.7 * Math.min(1, Math.max(0, look.sharpness)));
    for (const state of JudgedState.options) {
      const probability = look.probabilities[state];
      if (probability === undefined) continue;
      const bounded = Math.min(surest, Math.max(1 - surest, probability));
      this.#scores.set(state, (this.#scores.get(state) ?? 0) + weight * Math.log(bounded));
    }
    const top = Math.max(...this.#scores.values());
    for (const [state, score] of this.#scores) {
      this.#scores.set(state, Math.max(score - top, -mostLead));
    }
  }

  #noteStreak(state: JudgedState, at: number): void {
    const streak = this.#streaks.get(state);
    if (streak === undefined || at - streak.last > streakGapMs) {
      this.#streaks.set(state, { first: at, last: at });
    } else {
      streak.last = at;
    }
  }

  #decide(at: number): void {
    const leader = this.#leader();
    if (leader === undefined) return;
    if (this.state === 'unknown') {
      const enough = this.looks >= firstStateLooks && at - this.#firstLookAt >= firstStateMs;
      if (enough && leader.lead >= firstLead) this.#settle(leader.state);
      return;
    }
    if (leader.state === this.state || leader.lead < changeLead) {
      this.#opposed = undefined;
    } else if (this.#opposed?.by !== leader.state) {
      this.#opposed = { by: leader.state, since: at };
    } else if (at - this.#opposed.since >= changeMs) {
      this.#settle(leader.state);
    }
  }

  #settle(state: JudgedState): void {
    this.#set(state, this.#streaks.get(state)?.first ?? this.#firstLookAt);
  }

  #set(state: MaskState, since: number): void {
    this.state = state;
    this.stateSince = since;
    this.#opposed = undefined;
  }

  #leader(): { state: JudgedState; lead: number } | undefined {
    const [first, second] = [...this.#scores].sort((a, b) => b[1] - a[1]);
    if (first === undefined) return undefined;
    return { state: first[0], lead: first[1] - (second?.[1] ?? first[1]) };
  }
}
