import type { ReactNode } from 'react';
import styles from './facts-card.module.css';

/** A card of named facts. */
export function FactsCard({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={styles.card}>
      <h2>{title}</h2>
      <dl>{children}</dl>
    </section>
  );
}
