/** Keeps holds under way in the store, so that a restart, or another hub, carries them on. */
import type { RuleConfig } from '@maskwatch/contracts/config';
import { JudgedState } from '@maskwatch/contracts/mask-state';
import type { Hold, Violation } from '@maskwatch/contracts/violation';
import type { Logger } from '@maskwatch/platform/logger';
import { messageOf } from '@maskwatch/platform/problem';
import type { RuleEngine } from '@maskwatch/rules/rule-engine';
import type { Store } from '@maskwatch/store/store';
import type { AlertBook } from './alert-book.ts';

export interface HoldKeeperOptions {
  rules: RuleEngine;
  ruleConfigs: RuleConfig[];
  alerts: Pick<AlertBook, 'opening'>;
  store: Store;
  logger: Logger;
}

export class HoldKeeper {
  readonly #options: HoldKeeperOptions;
  /** What the store has. */
  #kept: string | undefined;
  /** One call at a time: an older set must not come after a newer one. */
  #keeping: Promise<void> | undefined;
  #failing = false;

  constructor(options: HoldKeeperOptions) {
    this.#options = options;
  }

  /** To be asked each second; written only when they have changed. Never rejects. */
  keep(): Promise<void> {
    this.#keeping ??= this.#keep().finally(() => {
      this.#keeping = undefined;
    });
    return this.#keeping;
  }

  /** Another hub keeps them from now on. Answers when no call is under way. */
  async forget(): Promise<void> {
    await this.#keeping;
    this.#kept = undefined;
  }

  async #keep(): Promise<void> {
    const { rules, alerts, store, logger } = this.#options;
    const holds = [...rules.holds(), ...alerts.opening.flatMap((one) => this.#reached(one))];
    const text = JSON.stringify(holds);
    if (text === this.#kept) return;
    try {
      await store.keepHolds(holds);
      this.#kept = text;
      this.#failing = false;
    } catch (fault) {
      if (!this.#failing) logger.warn({ fault: messageOf(fault) }, 'holds could not be kept');
      this.#failing = true;
    }
  }

  /** Until its opening is in the store, another hub would know nothing of it but its hold. */
  #reached({ cameraId, ruleId, trackId, box, startedAt, lastSeenAt, ...said }: Violation): Hold[] {
    const rule = this.#options.ruleConfigs.find(({ id }) => id === ruleId);
    const state = JudgedState.safeParse(said.state);
    if (rule === undefined || trackId === undefined || box === undefined || !state.success) {
      return [];
    }
    const heldMs = rule.hold;
    return [{ cameraId, ruleId, trackId, state: state.data, startedAt, heldMs, box, lastSeenAt }];
  }
}
