import { useSyncExternalStore } from 'react';

const tickMs = 500;
const listeners = new Set<() => void>();
let beat = 0;
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    beat += 1;
    for (const each of listeners) each();
  }, tickMs);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** Renders the component again twice a second: ages grow at one beat for the whole page. */
export function useBeat(): number {
  return useSyncExternalStore(subscribe, () => beat);
}
