import type { MaskState } from '@maskwatch/contracts/mask-state';
import { Icon } from './icon.tsx';
import { looks } from './mask-state-look.ts';
import styles from './mask-state-mark.module.css';

/** A mask state as colour, shape and word. */
export function MaskStateMark({ state, count }: { state: MaskState; count?: number }) {
  return (
    <span className={styles.mark} data-state={state}>
      <Icon name={looks[state].icon} size={14} />
      {count !== undefined && <b>{count}</b>}
      <span>{looks[state].word}</span>
    </span>
  );
}
