/** What an image is made of, and how it starts, read from a stage of a Dockerfile. */
import { readFileSync } from 'node:fs';
import { basename, relative, resolve } from 'node:path';

export interface Copy {
  /** Of another stage, or of another image; of the build's folder where absent. */
  stage?: string;
  sources: string[];
  target: string;
}

export interface ImageRecipe {
  user: string;
  workdir: string;
  entrypoint: string[];
  command: string[];
  environment: Record<string, string>;
  /** Of this stage, and of those that it begins with. */
  copies: Copy[];
}

const empty: ImageRecipe = {
  ...{ user: 'root', workdir: '/', entrypoint: [], command: [], environment: {}, copies: [] },
};

/** All stages by name; the last one, which is built where none is asked for, is "" too. */
export function readStages(file: string): Map<string, ImageRecipe> {
  const text = readFileSync(file, 'utf8')
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll('\\\n', ' ');
  const stages = new Map<string, ImageRecipe>();
  let recipe = empty;
  for (const line of text.split('\n')) {
    const [, word = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (word === 'FROM') {
      const [from = '', , name] = rest.split(/\s+/);
      recipe = structuredClone(stages.get(from) ?? empty);
      if (name !== undefined) stages.set(name, recipe);
      stages.set('', recipe);
    }
    take(recipe, word, rest);
  }
  return stages;
}

/** Throws Error for a stage that is not there. */
export function readDockerfile(file: string, target = ''): ImageRecipe {
  const recipe = readStages(file).get(target);
  if (recipe === undefined) throw new Error(`${file} has no stage "${target}"`);
  return recipe;
}

export interface Content {
  /** From the folder of the build. */
  source: string;
  /** In the image. */
  target: string;
}

/** What a stage has of the build's folder, also by way of other stages. */
export function contentsOf(stages: Map<string, ImageRecipe>, name: string): Content[] {
  const { workdir, copies } = stages.get(name)!;
  return copies.flatMap(({ stage, sources, target }) => {
    const to = resolve(workdir, target);
    if (stage === undefined) {
      return sources.map((source) => ({
        source,
        target: target.endsWith('/') ? resolve(to, basename(source)) : to,
      }));
    }
    const from = stages.get(stage)?.workdir;
    if (from === undefined || sources[0] !== from) return [];
    return contentsOf(stages, stage).map((content) => ({
      ...content,
      target: resolve(to, relative(from, content.target)),
    }));
  });
}

function take(recipe: ImageRecipe, word: string, rest: string): void {
  if (word === 'USER') recipe.user = rest;
  if (word === 'WORKDIR') recipe.workdir = rest;
  if (word === 'ENTRYPOINT') recipe.entrypoint = JSON.parse(rest) as string[];
  if (word === 'CMD') recipe.command = JSON.parse(rest) as string[];
  if (word === 'ENV') {
    const [, name = '', value = ''] = /^(\w+)=(.*)$/.exec(rest) ?? [];
    recipe.environment[name] = value;
  }
  if (word === 'COPY') recipe.copies.push(copyOf(rest));
}

function copyOf(rest: string): Copy {
  const words = rest.split(/\s+/);
  const stage = words.find((word) => word.startsWith('--from='))?.slice('--from='.length);
  const paths = words.filter((word) => !word.startsWith('--'));
  return {
    ...(stage === undefined ? {} : { stage }),
    sources: paths.slice(0, -1),
    target: paths.at(-1)!,
  };
}
