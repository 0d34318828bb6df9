import type { ScaledStatus } from '@maskwatch/contracts/scaled';
import { Fact } from '../../components/fact.tsx';
import { FactsCard } from '../../components/facts-card.tsx';
import { modelsOf } from './scaled-words.ts';

/** What the inference workers judge with, and what waits for them. */
export function InferenceFacts({ scaled: { workers, queued } }: { scaled: ScaledStatus }) {
  return (
    <FactsCard title="Inference">
      <Fact name="Workers">{workers.length}</Fact>
      <Fact name="Requests waiting">{queued ?? '–'}</Fact>
      {modelsOf(workers).map(({ task, name, hash }) => (
        <Fact key={task + hash} name={task}>
          {name}, sha256 <code title={hash}>{hash.slice(0, 12)}</code>
        </Fact>
      ))}
    </FactsCard>
  );
}
