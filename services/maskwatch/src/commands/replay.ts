import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { judgingOf } from '@maskwatch/contracts/model';
import type { ReplayAlert, ReplaySummary } from '@maskwatch/contracts/replay';
import { startInferenceWorkers } from '@maskwatch/inference/in-process-queue';
import { findDecoder } from '@maskwatch/ingest/source/decoder';
import { loadConfig } from '@maskwatch/platform/config/load-config';
import { silentLogger } from '@maskwatch/platform/logger';
import { messageOf, Problem } from '@maskwatch/platform/problem';
import { recordingLine } from '@maskwatch/rules/recording';
import { loadPair, modelsOf } from '@maskwatch/runtime/model-pair';
import { Command, InvalidArgumentError } from 'commander';
import { counted } from '../counted.ts';
import { FilmTally } from '../replay/film-tally.ts';
import { replayFilm } from '../replay/replay-film.ts';
import { unsayableRules } from '../service/unsayable-rules.ts';
import { shippedConfig } from './shipped-config.ts';

interface Options {
  config: string;
  rate: number;
  json?: true;
  record?: string;
}

/** maskwatch replay: the alerts that the rules would have raised on recorded films. */
export function replayCommand(): Command {
  return new Command('replay')
    .description('run the whole pipeline on films, in their own time, as fast as the machine can')
    .argument('<film...>', 'mp4, mov, mkv, webm, ts or avi')
    .option('--config <file>', 'whose rules hold', shippedConfig)
    .option('--rate <n>', 'frames a second that are judged', rate, 5)
    .option('--json', 'one JSON line an alert, then one a film')
    .option('--record <file>', 'keep the observations as lines of JSON')
    .action(replay);
}

async function replay(films: string[], options: Options): Promise<void> {
  const config = loadConfig(options.config);
  const decoder = await findDecoder();
  const inference = await startInferenceWorkers({ ...config.models, logger: silentLogger });
  const recording = options.record === undefined ? undefined : createWriteStream(options.record);
  // The next write notices a reader that is gone; without a listener the error ends the process
  // beside a run under way, which aborts it.
  process.stdout.on('error', () => {});
  try {
    const models = modelsOf(await loadPair(config.models));
    for (const warning of unsayableRules(config.rules, judgingOf(models).states)) {
      process.stderr.write(`${warning}\n`);
    }
    for (const path of films) {
      const tally = new FilmTally(basename(path));
      const startedAt = performance.now();
      await replayFilm({
        ...{ path, models, inference, decoder },
        rate: options.rate,
        rules: config.rules,
        atOnce: availableParallelism() + 1,
        onObservation(observation) {
          tally.observed(observation);
          recording?.write(recordingLine({ observation }));
        },
        onEvents: (events) => tally.happened(events),
      }).catch(complain);
      const print = options.json === true ? printJson : printTable;
      print(tally.alerts(), tally.summary(performance.now() - startedAt));
    }
  } finally {
    await inference.close();
    if (recording !== undefined) await closed(recording);
  }
}

/** A broken film is one line; the others go on. */
function complain(thrown: unknown): void {
  if (!(thrown instanceof Problem)) throw thrown;
  process.stderr.write(`${thrown.message}${thrown.action ? `. ${thrown.action}` : ''}\n`);
  process.exitCode = 1;
}

function printJson(alerts: ReplayAlert[], summary: ReplaySummary): void {
  for (const line of [...alerts, summary]) process.stdout.write(`${JSON.stringify(line)}\n`);
}

function printTable(alerts: ReplayAlert[], summary: ReplaySummary): void {
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  const share = `${Math.round(summary.unknownShare * 100)} %`;
  process.stdout.write(
    `${summary.file}: ${counted(alerts.length, 'alert')}, ${counted(summary.tracks, 'track')}, ` +
      `${counted(summary.stateChanges, 'state change')}, ${share} unknown, ` +
      `${summary.frames} frames at ${summary.framesPerSecond.toFixed(1)} a second\n`,
  );
  for (const { rule, state, startMs, endMs, ended } of alerts) {
    const when = `${seconds(startMs)} to ${seconds(endMs)}`;
    process.stdout.write(`  ${rule}: ${state} from ${when}, ${ended}\n`);
  }
}

async function closed(stream: WriteStream): Promise<void> {
  stream.end();
  await once(stream, 'close').catch((fault: unknown) => {
    throw new Problem('recording', `The recording could not be kept: ${messageOf(fault)}`);
  });
}

function rate(text: string): number {
  const value = Number(text);
  if (value >= 0.2 && value <= 60) return value;
  throw new InvalidArgumentError('It must be a number from 0.2 to 60.');
}
