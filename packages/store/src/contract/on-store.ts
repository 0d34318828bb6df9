import type { Store } from '../store.ts';

/** Gives a fresh, empty store; the suite closes it. */
export type OpenStore = () => Promise<Store>;

/** Runs `story` on a fresh store and closes it whatever happens. */
export function onStore(
  open: OpenStore,
  story: (store: Store) => Promise<void>,
): () => Promise<void> {
  return async () => {
    const store = await open();
    try {
      await story(store);
    } finally {
      await store.close();
    }
  };
}
