/** All services on one machine: hub and deliveries in this process, vision in a child of it. */
import { join } from 'node:path';
import { LocalHubBus } from '@maskwatch/bus/local-hub-bus';
import type { Config } from '@maskwatch/contracts/config';
import { judgingOf } from '@maskwatch/contracts/model';
import { Deliveries } from '@maskwatch/deliveries/service';
import { Hub } from '@maskwatch/hub/hub';
import { systemClock } from '@maskwatch/platform/clock';
import type { Logger } from '@maskwatch/platform/logger';
import { loadPair, modelsOf } from '@maskwatch/runtime/model-pair';
import { EvidenceFolder } from '@maskwatch/store/evidence-folder';
import { TimerJobs } from '@maskwatch/store/jobs/timer-jobs';
import { openSqliteStore } from '@maskwatch/store/sqlite-store';
import { version } from '../version.ts';
import { builtPage } from './built-page.ts';
import { unsayableRules } from './unsayable-rules.ts';
import { VisionSupervisor } from './vision-supervisor.ts';

export interface EmbeddedService {
  port: number;
  stop(): Promise<void>;
}

/** Throws the Problem of whatever cannot start: a model, the store, the port. */
export async function startEmbedded({
  config,
  directory,
  logger,
  visionScript,
}: {
  config: Config;
  directory: string;
  logger: Logger;
  /** Path of what the vision process runs instead: measuring puts its instruments in there. */
  visionScript?: string;
}): Promise<EmbeddedService> {
  const clock = systemClock;
  const pair = modelsOf(await loadPair(config.models));
  for (const warning of unsayableRules(config.rules, judgingOf(pair).states)) logger.warn(warning);
  const models = Object.values(pair);
  const store = await openSqliteStore({ directory, clock, logger });
  const files = new EvidenceFolder(join(directory, 'evidence'));
  const bus = new LocalHubBus(logger);
  const jobs = new TimerJobs({ clock, logger });
  const deliveries = new Deliveries({
    ...{ store, jobs, clock, logger, random: Math.random, publicUrl: config.publicUrl },
    endpoints: config.endpoints.webhooks,
    allow: config.endpoints.allow,
    retention: { ...config.retention, files },
  });
  const hub = new Hub({
    ...{ config, models, store, files, bus, deliveries, version, clock, logger },
    page: builtPage,
  });
  const close = async () => {
    await hub.stop();
    await deliveries.stop();
    await jobs.close();
    await bus.close();
    await store.close();
  };
  const { port } = await hub.start().catch(async (fault: unknown) => {
    await close();
    throw fault;
  });
  await deliveries.start();
  const { vision, board } = hub.context;
  const cameraIds = config.cameras.map(({ id }) => id);
  const supervisor = new VisionSupervisor({
    ...{ bus, vision, board, cameraIds, clock, logger },
    ...(visionScript === undefined ? {} : { script: visionScript }),
  });
  supervisor.start();
  return {
    port,
    async stop() {
      await supervisor.stop();
      await close();
    },
  };
}
