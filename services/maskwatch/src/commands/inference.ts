import { availableParallelism } from 'node:os';
import { createLogger } from '@maskwatch/platform/logger';
import { Problem } from '@maskwatch/platform/problem';
import { batchSizes } from '@maskwatch/runtime/batch-sizes';
import { requestedProviders } from '@maskwatch/runtime/provider';
import { Command, Option } from 'commander';
import { configOption, redisOption, statusOptions } from '../scaled/engine-options.ts';
import type { InferenceOptions } from '../scaled/inference-process.ts';
import { supervised } from '../scaled/supervise.ts';

export function inferenceCommand(): Command {
  const command = new Command('inference')
    .description('find faces and judge masks for all ingests, one of any number of workers')
    .addOption(configOption())
    .addOption(redisOption())
    .addOption(
      new Option('--provider <name>', 'where networks compute')
        .choices(requestedProviders)
        .default('cpu'),
    )
    .addOption(
      new Option('--threads <n>', 'threads, each with the models; one a core')
        .default(availableParallelism(), 'one a core')
        .argParser(threadCount),
    )
    .addOption(
      new Option(
        '--batch <n>',
        'most pictures of one run: 1, 4, 8, 16; 1 on a CPU, 8 on a GPU',
      ).argParser(batchSize),
    );
  for (const option of statusOptions()) command.addOption(option);
  const logger = createLogger({ service: 'inference' });
  return command.action((options: InferenceOptions) =>
    supervised(logger, async (watch) => {
      const { runInference } = await import('../scaled/inference-process.ts');
      await runInference(options, { watch, logger });
    }),
  );
}

function threadCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 256) return count;
  throw new Problem('threads-invalid', `"${text}" is no number of threads.`, {
    action: 'Whole numbers from 1 to 256.',
    status: 400,
  });
}

function batchSize(text: string): number {
  const size = batchSizes.find((one) => String(one) === text);
  if (size !== undefined) return size;
  throw new Problem('batch-invalid', `"${text}" is no size of a batch.`, {
    action: `One of ${batchSizes.join(', ')}.`,
    status: 400,
  });
}
