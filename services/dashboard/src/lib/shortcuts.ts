import { useEffect, useRef } from 'react';

export type Shortcuts = Record<string, () => void>;

const fields = 'input, select, textarea, [contenteditable]';
const pressable = `${fields}, a, button, summary, [role="application"]`;

function isTaken(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return true;
  if (document.querySelector('dialog[open]') !== null) return true;
  const target = event.target instanceof Element ? event.target : undefined;
  // Enter belongs to what has the focus, where that can be pressed.
  return target?.closest(event.key === 'Enter' ? pressable : fields) != null;
}

/** Single keys while the component is shown; not while somebody types or a dialog is open. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const action = latest.current[event.key];
      if (action === undefined || isTaken(event)) return;
      event.preventDefault();
      action();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, []);
}
