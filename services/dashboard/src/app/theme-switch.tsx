import { useEffect } from 'react';
import { Icon } from '../components/icon.tsx';
import { recall, useRemembered } from '../lib/remembered.ts';

const options = ['auto', 'light', 'dark'] as const;
type Theme = (typeof options)[number];
const choice = { key: 'theme', options, fallback: 'auto' as Theme };
const icons = { auto: 'auto', light: 'sun', dark: 'moon' } as const;
const labels = { auto: 'as the system', light: 'light', dark: 'dark' };

/** Before the first paint, so that a dark room is not lit up for a moment. */
export function applyTheme(theme: Theme = recall(choice.key, options, choice.fallback)): void {
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export function ThemeSwitch({ className }: { className?: string | undefined }) {
  const [theme, setTheme] = useRemembered<Theme>(choice);
  useEffect(() => applyTheme(theme), [theme]);
  const next = options[(options.indexOf(theme) + 1) % options.length] ?? 'auto';
  return (
    <button
      type="button"
      className={className}
      aria-label={`Colours: ${labels[theme]}. Switch to ${labels[next]}.`}
      title={`Colours: ${labels[theme]}`}
      onClick={() => setTheme(next)}
    >
      <Icon name={icons[theme]} size={18} />
    </button>
  );
}
