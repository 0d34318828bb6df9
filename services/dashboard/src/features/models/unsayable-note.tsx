import { Link } from '@tanstack/react-router';
import { MaskStateMark } from '../../components/mask-state-mark.tsx';
import { useUnsayable } from './sayable-states.ts';
import styles from './unsayable-note.module.css';

/** Where states are shown: which of them the model in use cannot say. Nothing where it says all. */
export function UnsayableNote() {
  const unsayable = useUnsayable();
  if (unsayable.length === 0) return null;
  return (
    <p className={styles.note} data-testid="unsayable">
      {unsayable.map((state) => (
        <MaskStateMark key={state} state={state} unsayable />
      ))}
      <span>
        The <Link to="/models">model in use</Link> does not know it: such faces are judged as
        another state.
      </span>
    </p>
  );
}
