import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(import.meta.dirname, '..');
const modules = join(root, 'node_modules', '.bin');

/** A step that hangs fails instead of holding up whoever waits. */
const stepTimeoutMs = 5 * 60_000;

export interface Step {
  name: string;
  about: string;
  command: [string, ...string[]];
}

export const steps: Step[] = [
  { name: 'style', about: 'format and lint', command: ['biome', 'check', '--error-on-warnings'] },
  { name: 'types', about: 'types of every room', command: ['tsc', '-b', '.', 'test'] },
  {
    name: 'architecture',
    about: 'import rules, words, sizes, links, documented settings',
    command: ['node', '--test', 'test/architecture/*.test.ts'],
  },
  {
    name: 'unit',
    about: 'tests of packages',
    command: [
      'node',
      '--test',
      '--test-concurrency=2',
      '--test-timeout=60000',
      'packages/*/src/**/*.test.ts',
    ],
  },
];

/** Runs the steps one after the other, all of them, and says how each ended; true when all passed. */
export function runSteps(chosen: Step[]): boolean {
  const failed: string[] = [];
  for (const step of chosen) {
    console.log(`\n== ${step.name}: ${step.about}`);
    const startedAt = performance.now();
    const [program, ...args] = step.command;
    const path = `${modules}:${process.env.PATH}`;
    const run = spawnSync(program, args, {
      cwd: root,
      stdio: 'inherit',
      timeout: stepTimeoutMs,
      env: { ...process.env, PATH: path },
    });
    if (run.status !== 0) failed.push(step.name);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    console.log(`== ${step.name} ${run.status === 0 ? 'passed' : 'FAILED'} in ${seconds} s`);
  }
  if (failed.length > 0) console.log(`\nfailed: ${failed.join(', ')}`);
  return failed.length === 0;
}

function main(names: string[]): number {
  const unknown = names.filter((name) => !steps.some((step) => step.name === name));
  if (unknown.length > 0) {
    console.error(
      `no such check: ${unknown.join(', ')}. There are: ${steps.map((step) => step.name).join(', ')}`,
    );
    return 2;
  }
  const chosen = names.length === 0 ? steps : steps.filter((step) => names.includes(step.name));
  return runSteps(chosen) ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.exitCode = main(process.argv.slice(2));
}
