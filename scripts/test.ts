// Inherited by every test: some load ONNX Runtime by themselves.
import '@maskwatch/runtime/no-telemetry';
import { existsSync, globSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { run } from 'node:test';
import { spec as Spec } from 'node:test/reporters';
import { runSteps, steps } from './check.ts';

const root = join(import.meta.dirname, '..');

// Inherited, too: a sixth to a quarter less CPU where processes load the same modules again and again.
process.env.NODE_COMPILE_CACHE ??= join(root, '.cache/compile');

/** A file that hangs fails instead of holding up whoever waits for the suite. */
const fileTimeoutMs = 8 * 60_000;

interface Group {
  files: string[];
  concurrency: number;
}

/** All services of the compose file, or hundreds of viewers: beside others they would be late. */
const aloneFolders = /^test\/(scaled|sockets)\//;
/** Most files wait for an engine, a camera or a clock for most of their time. */
const together = 3;

function groups(patterns: string[]): Group[] {
  const exclude = (path: string) => path.includes('node_modules');
  // The longest lie in test/ and services/: backwards none of them begins last.
  const all = globSync(patterns, { cwd: root, exclude }).sort().reverse();
  const alone = (path: string) => aloneFolders.test(path);
  return [
    { paths: all.filter((path) => !alone(path)), concurrency: together },
    { paths: all.filter(alone), concurrency: 1 },
  ]
    .filter(({ paths }) => paths.length > 0)
    .map(({ paths, concurrency }) => ({
      files: paths.map((path) => join(root, path)),
      concurrency,
    }));
}

const countLine = /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) ([\d.]+)$/;

/** The events of all groups, one after the other, with one summary at the end instead of several. */
async function* events(chosen: Group[], failures: string[]): AsyncGenerator<unknown> {
  const counts = new Map<string, number>();
  for (const { files, concurrency } of chosen) {
    for await (const event of run({ files, concurrency, timeout: fileTimeoutMs, cwd: root })) {
      if (event.type === 'test:fail' && event.data.nesting === 0) failures.push(event.data.name);
      const count =
        event.type === 'test:diagnostic' && event.data.nesting === 0
          ? countLine.exec(event.data.message)
          : null;
      if (count === null) yield event;
      else counts.set(count[1] ?? '', (counts.get(count[1] ?? '') ?? 0) + Number(count[2]));
    }
  }
  for (const [name, count] of counts) {
    yield {
      type: 'test:diagnostic',
      data: { nesting: 0, message: `${name} ${count}`, level: 'info' },
    };
  }
}

/** Where the labelled pictures are, for those who have them. */
function sayWhichPictures(): void {
  const folder = resolve(process.env.MASKWATCH_DATA ?? join(root, '..', 'shared', 'data'));
  process.env.MASKWATCH_DATA = folder;
  console.log(
    existsSync(folder)
      ? `pictures: scenes are made of the labelled pictures in ${folder}`
      : `pictures: none in ${folder} (MASKWATCH_DATA), so scenes are made of the demo portrait`,
  );
}

async function main(patterns: string[]): Promise<number> {
  sayWhichPictures();
  const everything = patterns.length === 0;
  // Its tests come below, in one summary with all others.
  const checks = steps.filter(({ name }) => name === 'style' || name === 'types');
  const clean = everything ? runSteps(checks) : true;
  const chosen = groups(
    everything ? ['{packages,services,models,test,scripts,bench}/**/*.test.{ts,tsx}'] : patterns,
  );
  const failures: string[] = [];
  const report = Readable.from(events(chosen, failures)).compose(new Spec());
  for await (const text of report) process.stdout.write(text as string);
  if (!clean) console.log('checks of style or types failed: their messages are at the top');
  if (chosen.length === 0) console.log('no test file matches');
  return clean && failures.length === 0 && chosen.length > 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
