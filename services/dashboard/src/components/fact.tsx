import type { ReactNode } from 'react';

/** A name and what it is, as a row of a list of facts (dl). */
export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
