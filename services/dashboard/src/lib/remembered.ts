import { useCallback, useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('storage', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', listener);
  };
}

/** A choice of this browser, kept over reloads; `fallback` where it was never made. */
export function recall<T extends string>(key: string, options: readonly T[], fallback: T): T {
  try {
    const stored = localStorage.getItem(`maskwatch.${key}`);
    return options.find((option) => option === stored) ?? fallback;
  } catch {
    // Storage can be forbidden; the page works without its memory.
    return fallback;
  }
}

export interface Choice<T extends string> {
  key: string;
  options: readonly T[];
  fallback: T;
}

/** The choice and how to change it; all tabs of the page follow. */
export function useRemembered<T extends string>(choice: Choice<T>): [T, (value: T) => void] {
  const { key, options, fallback } = choice;
  const value = useSyncExternalStore(subscribe, () => recall(key, options, fallback));
  const remember = useCallback(
    (next: T) => {
      try {
        localStorage.setItem(`maskwatch.${key}`, next);
      } catch {
        return;
      }
      for (const listener of listeners) listener();
    },
    [key],
  );
  return [value, remember];
}
