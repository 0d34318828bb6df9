import type { IngestStatus, ScaledStatus, WorkerStatus } from '@maskwatch/contracts/scaled';
import { Chip } from '../../components/chip.tsx';
import { Fact } from '../../components/fact.tsx';
import { FactsCard } from '../../components/facts-card.tsx';
import { formatCount } from '../../lib/format.ts';
import { camerasOf, modelsOf, otherVersion } from './scaled-words.ts';

/** Who is there where the services run apart: hubs, ingests with their cameras, inference workers. */
export function ScaledFacts({ scaled }: { scaled: ScaledStatus }) {
  return (
    <>
      <Hubs scaled={scaled} />
      <Ingests scaled={scaled} />
      <Inference scaled={scaled} />
    </>
  );
}

function Hubs({ scaled: { hubs, hubId } }: { scaled: ScaledStatus }) {
  const nobody = hubs.every(({ active }) => !active);
  return (
    <FactsCard title="Hubs">
      {hubs.map(({ id, active, viewers, version }) => (
        <Fact key={id} name={id}>
          {active ? 'active: its rules count' : 'stands by'}, {viewers}{' '}
          {viewers === 1 ? 'viewer' : 'viewers'}
          {id === hubId && ', shows this page'}
          {otherVersion(version, hubs)}
        </Fact>
      ))}
      {nobody && (
        <Fact name="Active">
          <Chip tone="warn" icon="warning">
            none that this hub hears
          </Chip>
        </Fact>
      )}
    </FactsCard>
  );
}

function Ingests({ scaled: { ingests } }: { scaled: ScaledStatus }) {
  return (
    <FactsCard title="Ingests">
      {ingests.length === 0 && <Fact name="None">Start one with "maskwatch ingest".</Fact>}
      {ingests.map((ingest) => (
        <Fact key={ingest.id} name={ingest.id}>
          <Ingest ingest={ingest} />
          {otherVersion(ingest.version, ingests)}
        </Fact>
      ))}
    </FactsCard>
  );
}

function Ingest({ ingest: { owned, leaving, refused } }: { ingest: IngestStatus }) {
  if (refused !== undefined) {
    return (
      <>
        <Chip tone="bad" icon="cross" loud>
          given no camera
        </Chip>{' '}
        {refused}
      </>
    );
  }
  return (
    <>
      {camerasOf(owned)}
      {leaving && ', is leaving'}
    </>
  );
}

function Inference({ scaled: { workers, queued } }: { scaled: ScaledStatus }) {
  return (
    <FactsCard title="Inference">
      {workers.length === 0 && (
        <Fact name="None">
          {queued === undefined
            ? 'The frames Redis does not answer this hub.'
            : 'Start one with "maskwatch inference": without it no face is found.'}
        </Fact>
      )}
      {workers.map((worker) => (
        <Fact key={worker.id} name={worker.id}>
          <Worker worker={worker} />
          {otherVersion(worker.version, workers)}
        </Fact>
      ))}
      {modelsOf(workers).map(({ task, name, hash }) => (
        <Fact key={task + hash} name={task}>
          {name}, <code title={hash}>{hash.slice(0, 12)}</code>
        </Fact>
      ))}
      <Fact name="Requests waiting">{queued ?? '–'}</Fact>
    </FactsCard>
  );
}

function Worker({ worker }: { worker: WorkerStatus }) {
  const { provider, fallback, pictures, crops, failed, detectorMs, classifierMs } = worker;
  const runs = [
    ...(detectorMs === undefined ? [] : [`detector ${detectorMs.toFixed(1)} ms`]),
    ...(classifierMs === undefined ? [] : [`classifier ${classifierMs.toFixed(1)} ms`]),
  ];
  return (
    <>
      {[`on ${provider}`, ...runs].join(', ')}; {formatCount(pictures)} pictures,{' '}
      {formatCount(crops)} faces{failed > 0 && `, ${formatCount(failed)} failed`}
      {fallback !== undefined && (
        <p>
          <Chip tone="warn" icon="warning">
            falls back to {provider}
          </Chip>{' '}
          {fallback}
        </p>
      )}
    </>
  );
}
