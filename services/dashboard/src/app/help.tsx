import { JudgedState } from '@maskwatch/contracts/mask-state';
import { useRef } from 'react';
import { Icon } from '../components/icon.tsx';
import { MaskStateMark } from '../components/mask-state-mark.tsx';
import { useUnsayable } from '../features/models/sayable-states.ts';
import { useShortcuts } from '../lib/shortcuts.ts';
import styles from './help.module.css';

const keys = [
  ['j', 'next alert'],
  ['k', 'previous alert'],
  ['Enter', 'open the marked alert'],
  ['a', 'acknowledge'],
  ['w', 'dismiss as wrong: nothing was violated'],
  ['u', 'dismiss as unclear: it cannot be told'],
  ['Esc', 'back to the list'],
  ['?', 'this help'],
] as const;

/** Keys and signs, in a dialog that "?" opens. */
export function Help({ className }: { className?: string | undefined }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = () => dialog.current?.showModal();
  const unsayable = useUnsayable();
  useShortcuts({ '?': open });
  return (
    <>
      <button type="button" className={className} aria-label="Help" title="Help (?)" onClick={open}>
        <Icon name="help" size={18} />
      </button>
      <dialog ref={dialog} className={styles.dialog} aria-labelledby="help-title">
        <h2 id="help-title">Keys and signs</h2>
        <dl>
          {keys.map(([key, meaning]) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
        <h3>Mask states</h3>
        <p className={styles.states}>
          {JudgedState.options.map((state) => (
            <MaskStateMark key={state} state={state} unsayable={unsayable.includes(state)} />
          ))}
          <MaskStateMark state="unknown" />
        </p>
        <p>
          unknown: too small, too far turned or too unsure to be judged. It never raises an alert.
        </p>
        {unsayable.length > 0 && (
          <p>
            cannot say: the model in use does not know this state, so there is never an alert of it.
          </p>
        )}
        <form method="dialog">
          <button type="submit">Close</button>
        </form>
      </dialog>
    </>
  );
}
