import type { ReactNode } from 'react';
import styles from './chip.module.css';
import { Icon, type IconName } from './icon.tsx';

export type Tone = 'good' | 'bad' | 'warn' | 'quiet' | 'accent';

/** A small word with its shape; `loud` fills it, for what must stand out. */
export function Chip(props: { tone: Tone; icon: IconName; loud?: boolean; children: ReactNode }) {
  return (
    <span className={styles.chip} data-tone={props.tone} data-loud={props.loud ?? false}>
      <Icon name={props.icon} size={13} />
      {props.children}
    </span>
  );
}
