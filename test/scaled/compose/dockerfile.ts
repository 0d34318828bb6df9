/** What an image is made of, and how it starts, read from the last stage of a Dockerfile. */
import { readFileSync } from 'node:fs';

export interface Copy {
  /** Of another stage; of the build's folder where absent. */
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
  /** Of all stages. */
  copies: Copy[];
}

export function readDockerfile(file: string): ImageRecipe {
  const recipe: ImageRecipe = {
    ...{ user: 'root', workdir: '/', entrypoint: [], command: [], environment: {}, copies: [] },
  };
  const text = readFileSync(file, 'utf8')
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll('\\\n', ' ');
  for (const line of text.split('\n')) {
    const [, word = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (word === 'FROM') Object.assign(recipe, { user: 'root', workdir: '/', environment: {} });
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
  return recipe;
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
