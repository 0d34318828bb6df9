import type { ReactNode } from 'react';
import { Icon, type IconName } from './icon.tsx';
import styles from './notice.module.css';

/** Nothing to show: why, and what to do about it. */
export function EmptyNotice(props: { icon: IconName; title: string; children: ReactNode }) {
  return (
    <div className={styles.notice}>
      <Icon name={props.icon} size={20} />
      <div>
        <h2>{props.title}</h2>
        <div className={styles.text}>{props.children}</div>
      </div>
    </div>
  );
}
