/** /metrics of an ingest. Of each camera the hub tells, whoever owns it. */
import type { RedisIngestBus } from '@maskwatch/bus/redis-ingest-bus';
import type { IngestService } from '@maskwatch/ingest/ingest-service';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { AnsweredQueue } from './ingest-answers.ts';

export interface IngestParts {
  service: IngestService;
  bus: RedisIngestBus;
  answers: AnsweredQueue;
}

export function ingestMetrics({ service, bus, answers }: IngestParts): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const counter = (name: string, help: string, label: string, counts: () => object) =>
    new Counter({
      ...{ name: `maskwatch_ingest_${name}_total`, help, labelNames: [label] },
      registers: [registry],
      collect() {
        this.reset();
        for (const [of, count] of Object.entries(counts())) this.inc({ [label]: of }, count);
      },
    });
  const gauge = (name: string, help: string, value: () => number | undefined) =>
    new Gauge({
      ...{ name: `maskwatch_ingest_${name}`, help, registers: [registry] },
      collect() {
        this.set(value() ?? Number.NaN);
      },
    });

  counter('frames', 'Frames by what became of them.', 'outcome', () => service.counters);
  counter('inference', 'Requests by how they ended.', 'outcome', () => answers.counts);
  counter('dropped', 'Messages that Redis did not take.', 'kind', () => bus.dropped);
  counter('refused', 'Messages of no hub of this protocol.', 'of', () => ({ hubs: bus.refused }));
  gauge('cameras', 'Cameras owned.', () => service.owned.length);
  gauge('frame_age_seconds', 'Age of the oldest camera when its last observation was done.', () =>
    service.ageMs === undefined ? undefined : service.ageMs / 1000,
  );
  gauge(
    'largest_request_bytes',
    'Times the cameras: what its requests may take in Redis at most.',
    () => answers.status().largestBytes,
  );
  gauge('hub_silent_seconds', 'Since a hub was heard.', () => bus.silentMs / 1000);
  return registry;
}
