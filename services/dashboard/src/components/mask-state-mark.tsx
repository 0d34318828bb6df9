import type { MaskState } from '@maskwatch/contracts/mask-state';
import { Icon } from './icon.tsx';
import { looks } from './mask-state-look.ts';
import styles from './mask-state-mark.module.css';

export interface MaskStateMarkProps {
  state: MaskState;
  count?: number;
  /** No running model can say it: struck out, and said so. */
  unsayable?: boolean;
}

/** A mask state as colour, shape and word. */
export function MaskStateMark({ state, count, unsayable = false }: MaskStateMarkProps) {
  return (
    <span className={styles.mark} data-state={state} data-unsayable={unsayable}>
      <Icon name={looks[state].icon} size={14} />
      {count !== undefined && <b>{count}</b>}
      <span>{looks[state].word}</span>
      {unsayable && <em>cannot say</em>}
    </span>
  );
}
