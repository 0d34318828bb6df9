import { execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { dyingWithParent } from '@maskwatch/platform/child-process';
import { messageOf, Problem } from '@maskwatch/platform/problem';
import { z } from 'zod';

const run = promisify(execFile);

/** Where `python -m classifier.train` is found. */
const recipes = fileURLToPath(new URL('../../../../../models/recipes', import.meta.url));
/** Importing torch takes seconds on a cold disk. */
const importLimitMs = 60_000;
const mostLines = 20;

const Outcome = z.object({
  epochs: z.number().int(),
  bestEpoch: z.number().int(),
  stopped: z.enum(['epochs', 'patience', 'minutes', 'interrupted']),
});
export type RecipeOutcome = z.infer<typeof Outcome>;

/** Problem recipe-python, with what to install, where this Python cannot run the recipe. */
export async function requirePyTorch(python: string): Promise<void> {
  try {
    await run(python, ['-c', 'import torch, cv2'], { timeout: importLimitMs });
  } catch (cause) {
    const missing = messageOf(cause).trim().split('\n').at(-1);
    throw new Problem('recipe-python', `${python} cannot train: ${missing}`, {
      action:
        '--mode full needs @tensorflow/tfjs-node beside maskwatch, or PyTorch and OpenCV: on Debian ' +
        '"apt install python3-torch python3-opencv" and --python /usr/bin/python3, elsewhere ' +
        '"pip install -r models/recipes/classifier/requirements.txt". --mode head needs neither.',
      ...{ cause, status: 422 },
    });
  }
}

/**
 * Runs the recipe; its progress goes to `said`. A signal that the process gets reaches the recipe
 * too when it comes from a terminal, otherwise `signal` passes it on. Problem recipe-failed.
 */
export async function runRecipe({
  python,
  args,
  signal,
  said,
}: {
  python: string;
  args: readonly string[];
  signal: AbortSignal;
  said(line: string): void;
}): Promise<RecipeOutcome> {
  const [command, all] = dyingWithParent(python, args);
  // A group of its own: Ctrl-C at the terminal must reach it once, by way of the signal.
  const child = spawn(command, all, {
    cwd: recipes,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stop = () => child.kill('SIGTERM');
  signal.addEventListener('abort', stop, { once: true });
  const last: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    last.push(line);
    if (last.length > mostLines) last.shift();
    said(line);
  });
  let answer = '';
  createInterface({ input: child.stdout }).on('line', (line) => {
    answer = line;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  signal.removeEventListener('abort', stop);
  const outcome = Outcome.safeParse(parsed(answer));
  if (code === 0 && outcome.success) return outcome.data;
  throw new Problem('recipe-failed', `The recipe ended with ${code}: ${last.at(-1) ?? 'no word'}`, {
    action: 'Its output stands above; models/recipes/classifier/README.md says what it takes.',
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
