/** Films with known truth through the real pipeline: ffmpeg, models, tracks, votes, rules. */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Observation } from '@maskwatch/contracts/observation';
import { startInferenceWorkers } from '@maskwatch/inference/in-process-queue';
import { findDecoder } from '@maskwatch/ingest/source/decoder';
import { loadConfig } from '@maskwatch/platform/config/load-config';
import { silentLogger } from '@maskwatch/platform/logger';
import { loadPair, modelsOf } from '@maskwatch/runtime/model-pair';
import { shippedConfig } from 'maskwatch/commands/shipped-config';
import { FilmTally } from 'maskwatch/replay/film-tally';
import { replayFilm } from 'maskwatch/replay/replay-film';
import { buildScenes } from '../scenes/build-scenes.ts';
import { evaluateScene, type SceneReport } from '../scenes/evaluate.ts';

/** Reports of all scenes, or of a few; the films are removed afterwards. */
export async function runScenes({ few }: { few: boolean }): Promise<SceneReport[]> {
  const config = loadConfig(shippedConfig);
  const directory = await mkdtemp(join(tmpdir(), 'maskwatch-scenes-'));
  const inference = await startInferenceWorkers({ ...config.models, logger: silentLogger });
  try {
    const models = modelsOf(await loadPair(config.models));
    const decoder = await findDecoder();
    const reports: SceneReport[] = [];
    for (const scene of await buildScenes(directory, { few })) {
      const observations: Observation[] = [];
      const tally = new FilmTally(scene.name);
      await replayFilm({
        ...{ path: scene.film, rate: 5, atOnce: availableParallelism() + 1 },
        ...{ rules: config.rules, inference, decoder, models },
        onObservation: (observation) => observations.push(observation),
        onEvents: (events) => tally.happened(events),
      });
      reports.push(evaluateScene(scene, observations, tally.alerts()));
    }
    return reports;
  } finally {
    await inference.close();
    await rm(directory, { recursive: true });
  }
}
