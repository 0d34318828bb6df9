import { useEffect, useSyncExternalStore } from 'react';
import { Icon } from '../../components/icon.tsx';
import { useRemembered } from '../../lib/remembered.ts';
import type { AlarmSound } from './alarm-sound.ts';

const choice = { key: 'sound', options: ['on', 'off'], fallback: 'on' } as const;

const labels = {
  ready: 'Sound on',
  off: 'Sound off',
  waiting: 'Sound starts with your first click',
} as const;

/** Switches the sound of new alerts; the browser remembers it. */
export function SoundSwitch({
  sound,
  className,
}: {
  sound: AlarmSound;
  className?: string | undefined;
}) {
  const [wanted, setWanted] = useRemembered<'on' | 'off'>(choice);
  const state = useSyncExternalStore(sound.subscribe, sound.state);
  const played = useSyncExternalStore(sound.subscribe, sound.played);

  useEffect(() => {
    if (wanted === 'on') sound.enable();
    else sound.disable();
  }, [sound, wanted]);

  useEffect(() => {
    const events = ['pointerdown', 'keydown'] as const;
    for (const event of events) window.addEventListener(event, sound.unlock);
    return () => {
      for (const event of events) window.removeEventListener(event, sound.unlock);
    };
  }, [sound]);

  return (
    <button
      type="button"
      className={className}
      aria-pressed={wanted === 'on'}
      aria-label="Sound of new alerts"
      title={labels[state]}
      data-sound={state}
      data-played={played}
      onClick={() => setWanted(wanted === 'on' ? 'off' : 'on')}
    >
      <Icon name={state === 'off' ? 'mute' : 'sound'} size={18} />
    </button>
  );
}
