import { execFile, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { dyingWithParent } from '@maskwatch/platform/child-process';
import { Problem } from '@maskwatch/platform/problem';
import type { z } from 'zod';

const run = promisify(execFile);

/** Where `python -m RECIPE.train` is found. */
export type Recipe = 'detector' | 'classifier';

const recipes = fileURLToPath(new URL('../../../../models/recipes', import.meta.url));
const lookLimitMs = 20_000;
const mostLines = 20;
/** Looks for the packages without loading them, which takes seconds. */
const look = `import importlib.util as u, sys
missing = [name for name in ("torch", "cv2", "numpy") if u.find_spec(name) is None]
sys.exit("has no " + ", ".join(missing) if missing else 0)`;
/** Debian's packages are those of its own Python, wherever another stands first. */
const usual = ['python3', '/usr/bin/python3'];

/**
 * The Python that was given, else the first of the usual ones that has PyTorch and OpenCV. Problem
 * recipe-python, with what to install.
 */
export async function findPython(recipe: Recipe, given: string | undefined): Promise<string> {
  // The recipe runs in its own folder, where a relative path would lead elsewhere.
  const own = given?.includes('/') ? resolve(given) : given;
  const candidates = own === undefined ? usual : [own];
  const faults: string[] = [];
  for (const python of candidates) {
    try {
      await run(python, ['-c', look], { timeout: lookLimitMs });
      return python;
    } catch (thrown) {
      faults.push(`${python} ${faultOf(thrown)}`);
    }
  }
  throw new Problem(
    'recipe-python',
    `No Python here can train a ${recipe} (${faults.join('; ')}).`,
    {
      action:
        'On Debian: "apt install python3-torch python3-opencv". Elsewhere: "python3 -m venv venv && ' +
        `venv/bin/pip install -r models/recipes/${recipe}/requirements.txt", and then --python venv/bin/python.`,
      status: 422,
    },
  );
}

/**
 * Runs a recipe with these arguments; lines of its progress go to `said`. When the signal comes it
 * saves what it has and ends. `outcome` reads the last line of its output. Problem recipe-failed.
 */
export async function runRecipe<Outcome>({
  recipe,
  python,
  args,
  signal,
  said,
  outcome,
}: {
  recipe: Recipe;
  python: string;
  args: readonly string[];
  signal: AbortSignal;
  said(line: string): void;
  outcome: z.ZodType<Outcome>;
}): Promise<Outcome> {
  const [command, all] = dyingWithParent(python, ['-B', '-m', `${recipe}.train`, ...args]);
  // A group of its own: Ctrl-C at a terminal reaches it once, by way of the signal.
  const child = spawn(command, all, {
    cwd: recipes,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stop = () => child.kill('SIGTERM');
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
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
  }).finally(() => signal.removeEventListener('abort', stop));
  const found = outcome.safeParse(parsed(answer));
  if (code === 0 && found.success) return found.data;
  const why = last.at(-1) ?? `status ${code}`;
  throw new Problem('recipe-failed', `The recipe in Python ended early: ${why}`, {
    action: `What it said stands above; models/recipes/${recipe}/README.md says what it takes.`,
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function faultOf(thrown: unknown): string {
  const { code, stderr = '' } = thrown as { code?: unknown; stderr?: string };
  if (code === 'ENOENT' || code === 'EACCES') return 'cannot be started';
  const line = stderr.trim().split('\n').at(-1) ?? '';
  return line.startsWith('has no') ? line : 'is no Python 3';
}
