/** The whole pipeline on a film, in the film's own time: what the service would have raised. */
import { randomUUID } from 'node:crypto';
import type { Config } from '@maskwatch/contracts/config';
import { judgingOf } from '@maskwatch/contracts/model';
import type { Observation } from '@maskwatch/contracts/observation';
import type { InferenceQueue } from '@maskwatch/inference/inference-queue';
import { newTracker } from '@maskwatch/ingest/ingest-service';
import { FaceJudge, type JudgeModels } from '@maskwatch/ingest/owner/face-judge';
import { runFilm } from '@maskwatch/ingest/owner/film-run';
import type { Decoder } from '@maskwatch/ingest/source/decoder';
import { FilmSource } from '@maskwatch/ingest/source/film-source';
import { RuleEngine } from '@maskwatch/rules/rule-engine';
import type { RuleEvent } from '@maskwatch/rules/rule-event';

/** Stands for the film; rules that name cameras do not hold for it. */
export const filmCamera = 'film';
const analysis = { maxWidth: 1280, maxHeight: 720 };

export interface ReplayOptions {
  path: string;
  rate: number;
  /** Frames whose faces are looked for at once. */
  atOnce: number;
  rules: Config['rules'];
  models: JudgeModels;
  inference: InferenceQueue;
  decoder: Decoder;
  onObservation(observation: Observation): void;
  onEvents(events: RuleEvent[]): void;
}

/** Rejects with the film's Problem; what was seen before it was handed out. */
export async function replayFilm(options: ReplayOptions): Promise<void> {
  const { path, rate, atOnce, rules, models, inference, decoder } = options;
  const engine = newEngine(rules, models);
  const tracker = newTracker(models);
  let last = 0;
  try {
    await runFilm({
      judge: new FaceJudge({ cameraId: filmCamera, rate, models, inference, tracker }),
      openSource: (onFrame) =>
        new FilmSource(
          { path, decoder, rate, buffers: atOnce, ...analysis },
          { onFrame, onStatus: () => {} },
        ),
      onJudgement({ observation }) {
        last = observation.capturedAt;
        options.onObservation(observation);
        options.onEvents(engine.observe(observation));
      },
    });
  } finally {
    options.onEvents(engine.finish(filmCamera, last));
  }
}

export function newEngine(rules: Config['rules'], models: JudgeModels): RuleEngine {
  const smallestJudged = judgingOf(models).smallestFace;
  return new RuleEngine({ rules, zones: [], newId: randomUUID, smallestJudged });
}
