import { useEffect, useRef, useSyncExternalStore } from 'react';
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

  // A click that only lets the sound begin must not switch it off in the same breath.
  const before = useRef(state);
  const remember = () => {
    before.current = sound.state();
  };
  const toggle = () => {
    if (before.current !== 'waiting') setWanted(wanted === 'on' ? 'off' : 'on');
  };

  return (
    <button
      type="button"
      className={className}
      aria-pressed={wanted === 'on'}
      aria-label={
        state === 'waiting' ? 'Sound of new alerts: click for sound' : 'Sound of new alerts'
      }
      title={labels[state]}
      data-sound={state}
      data-played={played}
      onPointerDown={remember}
      onKeyDown={remember}
      onClick={toggle}
    >
      <Icon name={state === 'off' ? 'mute' : 'sound'} size={18} />
      {state === 'waiting' && <span>click for sound</span>}
    </button>
  );
}
