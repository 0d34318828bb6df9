/** /metrics: read from the rooms at each scrape, so that no figure is kept twice. */
import type { FrameCounters } from '@maskwatch/contracts/camera';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { resolutionMs } from './http/routes/status.ts';
import type { HubContext } from './hub-context.ts';
import { type StoreLook, storeLook } from './store-look.ts';

const frameCounters: (keyof FrameCounters)[] = [
  ...(['received', 'replaced', 'judged', 'late'] as const),
  ...(['lost', 'discarded', 'starts'] as const),
];

type AddGauge = (
  name: string,
  help: string,
  labelNames: string[],
  collect: (gauge: Gauge) => void | Promise<void>,
) => void;

export function createMetrics(context: HubContext): Registry {
  const { board, clock, ledger, alerts, live } = context;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: resolutionMs });
  const registers = [registry];
  const gauge: AddGauge = (name, help, labelNames, collect) => {
    new Gauge({
      ...{ name: `maskwatch_${name}`, help, labelNames, registers },
      collect() {
        this.reset();
        return collect(this);
      },
    });
  };
  const counter = (
    name: string,
    help: string,
    labelNames: string[],
    collect: (counter: Counter) => void,
  ) =>
    new Counter({
      ...{ name: `maskwatch_${name}_total`, help, labelNames, registers },
      collect() {
        this.reset();
        collect(this);
      },
    });

  counter('frames', 'Frames by what became of them.', ['camera', 'outcome'], (metric) => {
    for (const { id, counters } of board.cameras(clock.now())) {
      for (const outcome of frameCounters) metric.inc({ camera: id, outcome }, counters[outcome]);
    }
  });
  gauge('camera_live', '1 while frames come and can be judged.', ['camera'], (metric) => {
    for (const { id, state, blind } of board.cameras(clock.now())) {
      metric.set({ camera: id }, state === 'live' && !blind ? 1 : 0);
    }
  });
  gauge('camera_coverage', 'Share of the last hour that was judged.', ['camera'], (metric) => {
    for (const { id, coverage } of board.cameras(clock.now())) metric.set({ camera: id }, coverage);
  });
  gauge('frame_age_seconds', 'Age of the last observation when done.', ['camera'], (metric) => {
    for (const { id, ageMs } of board.cameras(clock.now())) {
      if (ageMs !== undefined) metric.set({ camera: id }, ageMs / 1000);
    }
  });
  registry.registerMetric(board.ages);
  counter('alerts', 'Alerts committed, by condition.', ['condition'], (metric) => {
    for (const [condition, count] of Object.entries(alerts.told)) metric.inc({ condition }, count);
  });
  gauge('evidence_dropped', 'Evidence candidates given up for newer ones.', [], (metric) =>
    metric.set(ledger.dropped),
  );
  gauge('changes_lost', 'Changes of violations that could not be committed.', [], (metric) =>
    metric.set(alerts.lost),
  );
  gauge('viewers', 'Live clients.', [], (metric) => metric.set(live.viewers));
  gauge('viewers_refused', 'Viewers for whom there was no place, each time they came.', [], (m) =>
    m.set(live.refused),
  );
  gauge('pictures_skipped', 'Live pictures that a slow viewer did not get.', [], (metric) =>
    metric.set(live.skipped),
  );
  const look = storeLook(context);
  const ofStore = (name: string, help: string, figure: (look: StoreLook) => number | undefined) =>
    gauge(name, help, [], async (metric) => {
      setKnown(metric, figure(await look()));
    });
  ofStore('ready', '1 while /readyz answers with 200.', ({ ready }) => Number(ready));
  ofStore('store_away', '1 while the store does not answer.', ({ away }) => Number(away));
  ofStore('store_bytes', 'Size of the database.', ({ bytes }) => bytes);
  ofStore('disk_free_bytes', 'Free room where alerts are kept.', ({ freeBytes }) => freeBytes);
  clusterMetrics(context, gauge);
  // Services that run apart tell of themselves.
  if (context.cluster === undefined) visionMetrics(context, gauge);
  return registry;
}

/** What is not known is no zero. */
function setKnown(metric: Gauge, value: number | undefined): void {
  if (value === undefined) metric.remove();
  else metric.set(value);
}

/** Of this hub among others, and of who works for it. */
function clusterMetrics({ cluster, vision }: HubContext, gauge: AddGauge): void {
  const inference = async () => cluster?.inference();
  gauge('inference_queued', 'Requests that wait for a worker.', [], async (metric) => {
    const queued = cluster === undefined ? vision.status?.queued : (await inference())?.queued;
    setKnown(metric, queued);
  });
  gauge(
    'inference_worker',
    '1 of each worker that is there, with where it computes and why not where it was asked to.',
    ['worker', 'provider', 'fallback'],
    async (metric) => {
      for (const { id, provider, fallback = '' } of (await inference())?.workers ?? []) {
        metric.set({ worker: id, provider, fallback }, 1);
      }
    },
  );
  gauge('hub_active', '1 while the rules of this hub count.', [], (metric) =>
    metric.set(cluster === undefined || cluster.active ? 1 : 0),
  );
  gauge('hubs', 'Hubs that hear one another, with this one.', [], (metric) =>
    metric.set(cluster?.hubs().length ?? 1),
  );
  gauge('cameras_owned', 'Cameras that an ingest says to have.', ['ingest'], (metric) => {
    for (const { id, owned } of cluster?.ingests() ?? []) metric.set({ ingest: id }, owned.length);
  });
  gauge('cameras_moved', 'Cameras given to another ingest.', [], (metric) =>
    metric.set(cluster?.moved ?? 0),
  );
  gauge('messages_outdated', 'Messages of owners that have a camera no more.', [], (metric) =>
    metric.set(cluster?.outdated ?? 0),
  );
}

/** Of the vision process, and of the deliveries beside this hub. */
function visionMetrics({ vision, deliveries }: HubContext, gauge: AddGauge): void {
  gauge('vision_starts', 'Times that the vision process was started.', [], (metric) =>
    metric.set(vision.starts),
  );
  gauge(
    'inference_failures',
    'Requests refused by a full queue, and failed runs.',
    ['kind'],
    (m) => {
      m.set({ kind: 'refused' }, vision.status?.refused ?? 0);
      m.set({ kind: 'failed' }, vision.status?.failed ?? 0);
    },
  );
  gauge('delivery_attempts', 'Attempts of deliveries by how they ended.', ['outcome'], (metric) => {
    const { counters } = deliveries;
    if (counters === undefined) return;
    const { attempts, delivered, failed, givenUp } = counters;
    metric.set({ outcome: 'started' }, attempts);
    metric.set({ outcome: 'delivered' }, delivered);
    metric.set({ outcome: 'failed' }, failed);
    metric.set({ outcome: 'given-up' }, givenUp);
  });
  gauge('bus_dropped', 'Messages dropped because the hub was slow.', ['kind'], (metric) => {
    for (const [kind, count] of Object.entries(vision.status?.dropped ?? {})) {
      metric.set({ kind }, count);
    }
  });
}
