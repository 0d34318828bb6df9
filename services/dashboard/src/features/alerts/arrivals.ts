import type { Alert } from '@maskwatch/contracts/alert';

const shownMs = 12_000;
const limit = 3;

/** The newest alerts for as long as they are news: a few seconds, or until put away. */
export class Arrivals {
  readonly #listeners = new Set<() => void>();
  #list: readonly Alert[] = [];

  readonly list = (): readonly Alert[] => this.#list;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  add(alerts: readonly Alert[]): void {
    this.#set([...alerts, ...this.#list].slice(0, limit));
    setTimeout(() => this.remove(alerts.map(({ id }) => id)), shownMs);
  }

  remove(ids: readonly string[]): void {
    this.#set(this.#list.filter(({ id }) => !ids.includes(id)));
  }

  #set(list: readonly Alert[]): void {
    this.#list = list;
    for (const listener of this.#listeners) listener();
  }
}
