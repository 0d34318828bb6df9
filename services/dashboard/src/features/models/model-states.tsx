import type { UsableModel } from '@maskwatch/contracts/http';
import { JudgedState } from '@maskwatch/contracts/mask-state';
import { MaskStateMark } from '../../components/mask-state-mark.tsx';
import styles from './model-states.module.css';
import { statesOf } from './sayable-states.ts';

/** What a model says of a picture, and what it cannot say. */
export function ModelStates({ model }: { model: Pick<UsableModel, 'task' | 'classes'> }) {
  const states = statesOf(model);
  if (model.task === 'features') {
    return (
      <p className={styles.words}>Turns pictures into features; classifiers are trained on it.</p>
    );
  }
  return (
    <p className={styles.states}>
      {model.task === 'detector' && (
        <span className={styles.words}>Finds faces{states.length > 0 && ', and says'}</span>
      )}
      {states.length > 0 &&
        JudgedState.options.map((state) => (
          <MaskStateMark key={state} state={state} unsayable={!states.includes(state)} />
        ))}
    </p>
  );
}
