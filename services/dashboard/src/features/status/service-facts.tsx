import type { Status } from '@maskwatch/contracts/http';
import { Fact } from '../../components/fact.tsx';
import { FactsCard } from '../../components/facts-card.tsx';
import { formatBytes, formatCount, formatDate } from '../../lib/format.ts';
import { useLive } from '../live/live-context.ts';

/** The service itself: disk, evidence, viewers. */
export function ServiceFacts({ status }: { status: Status }) {
  const live = useLive();
  const { store, evidence } = status;
  return (
    <FactsCard title="Service">
      <Fact name="Version">{status.version}</Fact>
      <Fact name="Running since">{formatDate(status.startedAt)}</Fact>
      <Fact name="Event loop delay">{status.eventLoopDelayMs.toFixed(1)} ms</Fact>
      {store.freeBytes !== undefined && (
        <Fact name="Disk free">{formatBytes(store.freeBytes)}</Fact>
      )}
      <Fact name="Store">
        {formatBytes(store.bytes)} in {store.path}
      </Fact>
      <Fact name="Evidence written">{formatCount(evidence.written)}</Fact>
      <Fact name="Candidates held">{formatCount(evidence.held)}</Fact>
      <Fact name="Candidates dropped">{formatCount(evidence.dropped)}</Fact>
      <Fact name="Viewers">{status.viewers}</Fact>
      <Fact name="Pictures skipped">
        {formatCount(status.picturesSkipped)}, viewer was not ready
      </Fact>
      <Fact name="Pictures broken">{formatCount(live.broken)}, on this page</Fact>
    </FactsCard>
  );
}
