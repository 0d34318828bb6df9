import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const models = fileURLToPath(new URL('../../../../models', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'maskwatch-command-'));
after(() => rmSync(folder, { recursive: true }));

function maskwatch(args: string[], environment: Record<string, string> = {}) {
  return spawnSync(process.execPath, [main, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
}

function config(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

test('check says what is in a good config', () => {
  const { status, stdout } = maskwatch(['check']);

  assert.equal(status, 0);
  assert.equal(stdout, 'config is good: 1 camera, 0 zones, 1 rule, 0 webhooks\n');
});

test('check prints every fault of a bad config on a line, and ends with 2', () => {
  const file = config('bad.yaml', 'cameras:\n  - id: door\n    sorce: demo\nofflineAfter: 30\n');

  const { status, stderr, stdout } = maskwatch(['check', '--config', file]);

  assert.equal(status, 2);
  assert.equal(stdout, '');
  assert.match(stderr, /has 3 faults\.\n {2}cameras\[0\]\.source: line 2: is missing\n/);
  assert.match(stderr, /cameras\[0\]\.sorce: line 3: unknown key, did you mean "source"\?/);
  assert.match(stderr, /offlineAfter: line 4: needs its unit, for example 30s\nWhat to do: /);
});

/** The shipped models, the classifier without its third state. */
function twoStates(): Record<string, string> {
  const own = join(folder, 'two-states');
  cpSync(models, own, { recursive: true, filter: (path) => !path.includes('recipes') });
  const description = join(own, 'mask-mobilenetv2', 'model.json');
  const model = JSON.parse(readFileSync(description, 'utf8'));
  writeFileSync(description, JSON.stringify({ ...model, classes: ['mask', 'no_mask'] }));
  return { MASKWATCH_MODELS: own };
}

test('check warns of a rule that the models can never break, and passes', () => {
  const rules = 'rules: [{ id: a, states: [no_mask] }, { id: b, states: [incorrect] }]';
  const file = config('idle.yaml', `cameras: [{ id: door, source: demo }]\n${rules}\n`);

  const { status, stdout } = maskwatch(['check', '--config', file], twoStates());

  assert.equal(status, 0);
  assert.match(
    stdout,
    /^but rules\[1\]\.states\[0\]: the models cannot say incorrect, so it never/m,
  );
});

test('check refuses a config whose model is not there, a folder of its own as well', () => {
  const unknown = config('unknown.yaml', 'models: { classifier: own }\n');
  const elsewhere = config('elsewhere.yaml', 'models: { classifier: ./two-states/own }\n');

  const byName = maskwatch(['check', '--config', unknown]);
  const byFolder = maskwatch(['check', '--config', elsewhere]);

  assert.deepEqual([byName.status, byFolder.status], [2, 2]);
  assert.match(
    byName.stderr,
    /There is no model own in .*\nWhat to do: Choose one of: face-yolov4/,
  );
  assert.match(byFolder.stderr, new RegExp(`There is no model own in ${folder}/two-states`));
});

test('a command that does not exist is told the nearest one, and ends with 2', () => {
  const { status, stderr } = maskwatch(['chek']);

  assert.equal(status, 2);
  assert.match(stderr, /Did you mean check\?/);
});

test('models verify passes what was released and names a truncated file', () => {
  const altered = join(folder, 'models', 'mask-mobilenetv2');
  mkdirSync(join(folder, 'models'));
  cpSync(join(models, 'mask-mobilenetv2'), altered, { recursive: true });
  const good = maskwatch(['models', 'verify'], { MASKWATCH_MODELS: join(folder, 'models') });
  copyFileSync(join(altered, 'model.json'), join(altered, 'mask-mobilenetv2.onnx'));

  const bad = maskwatch(['models', 'verify'], { MASKWATCH_MODELS: join(folder, 'models') });

  assert.equal(good.status, 0);
  assert.match(good.stdout, /^ok {4}mask-mobilenetv2 /);
  assert.equal(bad.status, 1);
  assert.match(
    bad.stdout,
    /^fail {2}mask-mobilenetv2 .*is not the file that model\.json describes/,
  );
});

test('models list and verify say what an ensemble combines, and check its members', () => {
  const own = join(folder, 'ensembles');
  mkdirSync(join(own, 'two'), { recursive: true });
  cpSync(join(models, 'mask-mobilenetv2'), join(own, 'mask-mobilenetv2'), { recursive: true });
  const described = { version: '1', licence: 'own', sources: [], measured: {}, threshold: 0.7 };
  const member = { name: 'mask-mobilenetv2' };
  const ensemble = { ...described, name: 'two', task: 'classifier' };
  const description = join(own, 'two', 'model.json');
  const environment = { MASKWATCH_MODELS: own };

  const members = [{ ...member, weight: 2, flip: true }, member];
  writeFileSync(description, JSON.stringify({ ...ensemble, members }));
  const list = maskwatch(['models', 'list'], environment);
  const verified = maskwatch(['models', 'verify', `${own}/two`], environment);
  writeFileSync(description, JSON.stringify({ ...ensemble, members: [member, { name: 'gone' }] }));
  const broken = maskwatch(['models', 'verify', 'two'], environment);

  assert.match(
    list.stdout,
    /^two {2}classifier 1, own, combines mask-mobilenetv2 \(weight 2\) and mirrored, mask-mobilenetv2$/m,
  );
  assert.match(verified.stdout, /^ok {4}.*two {2}file and outputs as released/);
  assert.equal(broken.status, 1);
  assert.match(
    broken.stdout,
    /^fail {2}two {2}The members of two do not fit: there is no model gone/,
  );
});

test('doctor names a webhook that is not allowed and a port in use, and goes on', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  const secret = maskwatch(['doctor', '--secret']).stdout.trim();
  const file = config(
    'doctor.yaml',
    `access: { port: ${port} }
endpoints: { webhooks: [{ id: desk, url: "http://127.0.0.1:9/hook", secret: "${secret}" }] }
`,
  );

  const { status, stdout } = maskwatch(['doctor', '--config', file, '--data-dir', folder]);
  server.close();

  assert.equal(status, 1);
  assert.match(stdout, /^ok {4}Node: v/m);
  assert.match(stdout, /^ok {4}SQLite: 3\./m);
  assert.match(stdout, /^warn {2}port: 127\.0\.0\.1:\d+ is in use/m);
  assert.match(stdout, /^fail {2}webhook desk: .*\n {6}Add to the config: endpoints\.allow/m);
});

test('doctor without ffmpeg says how to install it', () => {
  const { status, stdout } = maskwatch(['doctor'], { PATH: folder });

  assert.equal(status, 1);
  assert.match(stdout, /^fail {2}ffmpeg: .*not on PATH\n {6}Install ffmpeg/m);
});
