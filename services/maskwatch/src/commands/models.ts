import type { ModelFile } from '@maskwatch/contracts/model';
import { Problem } from '@maskwatch/platform/problem';
import { checkGolden } from '@maskwatch/runtime/golden-check';
import { type LoadedModel, listModels, loadModel, modelsFolder } from '@maskwatch/runtime/registry';
import { openSession } from '@maskwatch/runtime/session';
import { Command } from 'commander';
import { modelsImportCommand } from './models-import.ts';
import { modelsVariantCommand } from './models-variant.ts';

export interface VerifiedModel {
  name: string;
  /** Largest difference from the released outputs, as a share of their range. */
  difference?: number;
  problem?: Problem;
}

/** Hash, session and golden output of each named model; every one that there is where none is named. */
export async function verifyModels(names: readonly string[] = []): Promise<VerifiedModel[]> {
  const chosen = names.length > 0 ? names : (await listModels()).map(({ name }) => name);
  const verified: VerifiedModel[] = [];
  for (const name of chosen) {
    try {
      verified.push({ name, difference: await largestDifference(name) });
    } catch (thrown) {
      if (!(thrown instanceof Problem)) throw thrown;
      verified.push({ name, problem: thrown });
    }
  }
  return verified;
}

/** Of an ensemble the largest of its members'. */
async function largestDifference(name: string): Promise<number> {
  const loaded = await loadModel(name);
  const networks = loaded.members?.map((member) => member.loaded) ?? [loaded];
  let most = 0;
  for (const network of networks) most = Math.max(most, await differenceOf(network));
  return most;
}

async function differenceOf(loaded: LoadedModel): Promise<number> {
  const session = await openSession(loaded);
  try {
    const results = await checkGolden(loaded.model, session);
    return Math.max(...results.map(({ difference }) => difference));
  } finally {
    await session.release();
  }
}

/** maskwatch models list|verify */
export function modelsCommand(): Command {
  const models = new Command('models').description('the models that this machine has');
  models
    .command('list')
    .description('name, task, version, classes and licence of each model')
    .action(list);
  models
    .command('verify')
    .description('compare each file and what it computes here with what was released')
    .argument('[name...]', 'models to verify (default: all)')
    .action(verify);
  models.addCommand(modelsImportCommand());
  models.addCommand(modelsVariantCommand());
  return models;
}

async function list(): Promise<void> {
  const listed = await listModels();
  if (listed.length === 0) process.stdout.write(`there is no model in ${modelsFolder()}\n`);
  for (const { name, model, problem } of listed) {
    if (model !== undefined) process.stdout.write(`${describe(model)}\n`);
    else process.stdout.write(`${name}  cannot be used: ${problem?.message}\n`);
  }
}

function describe(model: ModelFile): string {
  const measured = Object.entries(model.measured).map(([what, value]) => `    ${what}: ${value}`);
  const head = `${model.name}  ${model.task} ${model.version}, ${model.licence}, ${saysOf(model)}`;
  return [head, ...measured].join('\n');
}

function saysOf(model: ModelFile): string {
  if ('members' in model) {
    const members = model.members.map(({ name, weight, flip }) => {
      return `${name}${weight === 1 ? '' : ` (weight ${weight})`}${flip ? ' and mirrored' : ''}`;
    });
    return `combines ${members.join(', ')}`;
  }
  if (model.task === 'features') return `${model.channels} features`;
  const alone = model.task === 'detector' && model.judges !== undefined;
  return `classes: ${model.classes.join(', ')}${alone ? ' (runs without a classifier)' : ''}`;
}

async function verify(names: string[]): Promise<void> {
  for (const { name, difference, problem } of await verifyModels(names)) {
    if (problem === undefined) {
      const share = `${(100 * (difference ?? 0)).toPrecision(2)} %`;
      process.stdout.write(
        `ok    ${name}  file and outputs as released (differ by ${share} of range)\n`,
      );
      continue;
    }
    const errors = problem.errors.map(({ path, message }) => `\n      ${path}: ${message}`);
    process.stdout.write(`fail  ${name}  ${problem.message}${errors.join('')}\n`);
    if (problem.action) process.stdout.write(`      ${problem.action}\n`);
    process.exitCode = 1;
  }
}
