import type { Status } from '@maskwatch/contracts/http';
import { Fact } from '../../components/fact.tsx';
import { FactsCard } from '../../components/facts-card.tsx';
import { formatCount } from '../../lib/format.ts';

/** The process that sees: its workers, how long they take, what was dropped. */
export function VisionFacts({ status }: { status: Status }) {
  const { vision } = status;
  const milliseconds = (ms: number | undefined) => (ms === undefined ? '–' : `${ms.toFixed(1)} ms`);
  return (
    <FactsCard title="Vision">
      <Fact name="Process">{vision === undefined ? 'not running' : `running, ${vision.pid}`}</Fact>
      <Fact name="Started">
        {status.visionStarts} {status.visionStarts === 1 ? 'time' : 'times'}
      </Fact>
      {vision?.workers.map(({ id, busy, runs }) => (
        <Fact key={id} name={`Worker ${id}`}>
          {busy ? 'busy' : 'idle'}, {formatCount(runs)} runs
        </Fact>
      ))}
      <Fact name="Detector">{milliseconds(vision?.detectorMs)}</Fact>
      <Fact name="Classifier">{milliseconds(vision?.classifierMs)}</Fact>
      <Fact name="Queued">{vision?.queued ?? '–'}</Fact>
      {Object.entries(vision?.dropped ?? {}).map(([kind, count]) => (
        <Fact key={kind} name={`Dropped: ${kind}`}>
          {formatCount(count)}
        </Fact>
      ))}
    </FactsCard>
  );
}
