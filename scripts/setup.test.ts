import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';

const script = join(import.meta.dirname, 'setup.sh');
/** What the script itself needs, and nothing of what it looks for. */
const tools = ['sh', 'dirname', 'cat', 'cksum', 'ls', 'tail', 'find', 'sort'];

let folder: string;
let programs: string;

beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'maskwatch-setup-'));
  programs = join(folder, 'programs');
  for (const path of ['scripts', 'programs', 'node_modules']) fs.mkdirSync(join(folder, path));
  fs.copyFileSync(script, join(folder, 'scripts', 'setup.sh'));
  fs.writeFileSync(join(folder, 'package-lock.json'), '{}');
  for (const tool of tools) fs.symlinkSync(programPath(tool), join(programs, tool));
  program('npm', 'mkdir -p node_modules; echo "npm $*" >> log');
  program('node', 'echo v24.1.0');
  program('dpkg-query', 'exit 1');
  program('apt-get', 'echo "apt-get $*" >> log');
  program('id', 'echo 0');
  program('ffmpeg', 'exit 0');
  program('setpriv', 'exit 0');
  fs.symlinkSync(programPath('mkdir'), join(programs, 'mkdir'));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

function programPath(name: string): string {
  return spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim();
}

function program(name: string, body: string): void {
  fs.writeFileSync(join(programs, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
}

function setup(mode: string) {
  const run = spawnSync('sh', [join(folder, 'scripts', 'setup.sh'), mode], {
    encoding: 'utf8',
    env: { PATH: programs },
  });
  const log = join(folder, 'log');
  return { ...run, calls: fs.existsSync(log) ? fs.readFileSync(log, 'utf8') : '' };
}

test('installs npm packages once, and again when the lock file has changed', () => {
  const first = setup('start');
  const second = setup('start');
  fs.writeFileSync(join(folder, 'package-lock.json'), '{"other": 1}');
  const third = setup('start');

  assert.equal(first.status, 0, first.stderr);
  assert.match(first.stderr, /installing npm packages/);
  assert.equal(second.stderr, '');
  assert.equal(second.calls.match(/npm ci/g)?.length, 1);
  assert.equal(third.calls.match(/npm ci/g)?.length, 2);
});

test('root on Debian gets the missing packages installed', () => {
  fs.rmSync(join(programs, 'ffmpeg'));

  const { status, stderr, calls } = setup('start');

  assert.equal(status, 0, stderr);
  assert.match(stderr, /installing Debian packages: ffmpeg\n/);
  assert.match(calls, /apt-get install -y --no-install-recommends ffmpeg -qq/);
});

test('who is not root is given the exact command and status 2', () => {
  fs.rmSync(join(programs, 'ffmpeg'));
  program('id', 'echo 1000');

  const { status, stderr, calls } = setup('start');

  assert.equal(status, 2);
  assert.match(
    stderr,
    /sudo apt-get update && sudo apt-get install -y --no-install-recommends ffmpeg\n/,
  );
  assert.equal(calls, '');
});

test('packages without a program of their own are asked of dpkg', () => {
  program('dpkg-query', 'printf "install ok installed python3-numpy\\n"; exit 1');
  program('id', 'echo 1000');

  const { stderr } = setup('test');

  assert.match(stderr, / python3-opencv/);
  assert.doesNotMatch(stderr, /python3-numpy/);
});

test('a system without apt-get is told the names and status 2', () => {
  fs.rmSync(join(programs, 'ffmpeg'));
  fs.rmSync(join(programs, 'apt-get'));

  const { status, stderr } = setup('start');

  assert.equal(status, 2);
  assert.match(stderr, /missing \(Debian names\): ffmpeg\./);
});

test('an install that fails shows what apt-get said, and the command', () => {
  fs.rmSync(join(programs, 'ffmpeg'));
  program('apt-get', 'echo "E: no route"; exit 100');

  const { status, stderr } = setup('start');

  assert.equal(status, 2);
  assert.match(stderr, /E: no route\n(.|\n)*apt-get update && apt-get install/);
});

test('an older Node is refused with a sentence where npm brought none', () => {
  program('node', 'echo v20.1.0');

  const { status, stderr } = setup('check');

  assert.equal(status, 2);
  assert.match(stderr, /needs Node 24 or newer and found v20\.1\.0.*npm ci --include=optional/);
});

test('builds the page when a source of it has changed, and only then', () => {
  const page = join(folder, 'services', 'dashboard');
  fs.mkdirSync(page, { recursive: true });
  fs.writeFileSync(join(page, 'index.html'), '<p>1</p>');
  program('vite', 'mkdir -p dist; echo > dist/index.html; echo vite >> ../../log');
  const builds = () => setup('start').calls.match(/vite/g)?.length;

  assert.equal(builds(), 1);
  assert.equal(builds(), 1);
  fs.writeFileSync(join(page, 'index.html'), '<p>2</p>');
  assert.equal(builds(), 2);
});

test('an unknown mode is refused', () => {
  assert.equal(setup('strat').status, 2);
});
