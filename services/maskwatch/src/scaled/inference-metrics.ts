import type { InferenceService } from '@maskwatch/inference-worker/service';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/** Of one inference worker. */
export function inferenceMetrics(service: InferenceService): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const counter = (name: string, help: string, read: () => number) =>
    new Counter({
      ...{ name: `maskwatch_inference_${name}`, help, registers },
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  counter(
    'pictures_total',
    'Pictures in which faces were looked for.',
    () => service.counts.pictures,
  );
  counter('crops_total', 'Faces that were judged.', () => service.counts.crops);
  counter('failed_total', 'Requests that ended in a problem.', () => service.counts.failed);
  new Gauge({
    name: 'maskwatch_inference_run_seconds',
    help: 'Of the last run of each network.',
    labelNames: ['network'],
    registers,
    collect() {
      const { detectorMs, classifierMs } = service.status();
      if (detectorMs !== undefined) this.set({ network: 'detector' }, detectorMs / 1000);
      if (classifierMs !== undefined) this.set({ network: 'classifier' }, classifierMs / 1000);
    },
  });
  for (const unit of ['requests', 'bytes'] as const) {
    new Gauge({
      name: `maskwatch_inference_waiting_${unit}`,
      help: `In Redis, for all workers: every worker says the same. At most one request a camera.`,
      labelNames: ['kind'],
      registers,
      async collect() {
        this.reset();
        // Without Redis nobody knows.
        const kinds = await service.waiting().catch(() => ({}));
        for (const [kind, waiting] of Object.entries(kinds)) this.set({ kind }, waiting[unit]);
      },
    });
  }
  new Gauge({
    name: 'maskwatch_inference_provider',
    help: '1, with where it computes and why not where it was asked to.',
    labelNames: ['provider', 'fallback'],
    registers,
    collect() {
      const { provider, fallback = '' } = service.status();
      this.reset();
      this.set({ provider, fallback }, 1);
    },
  });
  return registry;
}
