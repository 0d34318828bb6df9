// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the config look like this.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Problem } from '../problem.ts';
import { loadConfig, parseConfig } from './load-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'maskwatch-config-'));
after(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'maskwatch.yaml');
const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

function parse(text: string, environment: Record<string, string> = {}) {
  return parseConfig(text, { file, environment });
}

function faults(text: string, environment: Record<string, string> = {}): string[] {
  try {
    parse(text, environment);
  } catch (thrown) {
    assert.ok(thrown instanceof Problem, String(thrown));
    assert.equal(thrown.code, 'config-invalid');
    return thrown.errors.map(({ path, message }) => `${path}: ${message}`);
  }
  return [];
}

test('an empty file is a config of defaults', () => {
  const config = parse('');

  assert.equal(config.access.host, '127.0.0.1');
  assert.equal(config.retention.pictures, 72 * 3_600_000);
  assert.equal(config.retention.picturesLimit, 10e9);
  assert.deepEqual(config.cameras, []);
});

test('names all faults at once, each with its line, in the order of the file', () => {
  const found = faults(`cameras:
  - id: Door
    source: demo
    rate: 100
  - id: yard
rules:
  - id: bare
    states: [no_mask, nomask]
    hold: 3
    camera: [yard]
`);

  assert.deepEqual(found, [
    'cameras[0].id: line 2: an id is 1 to 64 of a-z, 0-9, "-" and "_", and starts with a letter or digit',
    'cameras[0].rate: line 4: must be at most 30',
    'cameras[1].source: line 5: is missing',
    'rules[0].states[1]: line 8: must be one of: mask, no_mask, incorrect, did you mean "no_mask"?',
    'rules[0].hold: line 9: needs its unit, for example 3s',
    'rules[0].camera: line 10: unknown key, did you mean "cameras"? (known here: id, states, hold, severity, cameras, zones)',
  ]);
});

test('a number without its unit is told which units there are', () => {
  assert.deepEqual(faults('offlineAfter: "30"'), [
    'offlineAfter: line 1: a number with its unit: ms, s, m, h or d, for example 3s or 72h',
  ]);
});

test('names what only the whole config can know, beside faults of single keys', () => {
  const found = faults(`cameras:
  - { id: door, source: demo }
  - { id: door, source: missing.mp4 }
  - { id: yard, source: "ftp://host/1" }
zones:
  - { id: gate, camera: yrd, points: [[0, 0], [1, 0], [1, 1]] }
  - { id: stairs, camera: yard, points: [[0, 0], [1, 0]] }
rules:
  - { id: one, states: [no_mask], cameras: [dor], zones: [gat] }
  - { id: two, states: [no_mask], cameras: [door], zones: [stairs] }
retention: { pictures: 40d, picturesLimit: 1KB }
access: { host: 0.0.0.0 }
`).join('\n');

  assert.match(found, /cameras\[1\]\.id: line 3: "door" is the id of an earlier one/);
  assert.match(found, /cameras\[1\]\.source: line 3: missing\.mp4: there is no such file/);
  assert.match(found, /cameras\[2\]\.source: line 4: a camera cannot be read over "ftp"; allowed/);
  assert.match(found, /zones\[0\]\.camera: line 6: there is no camera "yrd", did you mean "yard"/);
  assert.match(found, /zones\[1\]\.points: line 7: must be at least 3 of them/);
  assert.match(found, /rules\[0\]\.cameras\[0\]: line 9: there is no camera "dor"/);
  assert.match(
    found,
    /rules\[0\]\.zones\[0\]: line 9: there is no zone "gat", did you mean "gate"/,
  );
  assert.match(found, /rules\[1\]\.zones\[0\]: line 10: .*on the camera "yard"/);
  assert.match(found, /retention\.alerts: line 11: must be at least as long/);
  assert.match(found, /retention\.picturesLimit: line 11: must be at least 10MB/);
  assert.match(found, /access\.host: line 12: .*a token is needed/);
});

test('broken YAML is one fault with its line', () => {
  const found = faults('cameras:\n  - id: "door\n');

  assert.match(found[0] ?? '', /line [23]: .*quote/i);
});

test('a key that stands twice is a fault, not the last one silently', () => {
  assert.match(faults('offlineAfter: 30s\nofflineAfter: 40s\n')[0] ?? '', /line 2: .*unique/i);
});

test('takes values from the environment, and numbers where numbers are asked for', () => {
  const config = parse(
    'access: { port: "${PORT}", token: "${TOKEN}" }\ncameras: [{ id: door, source: "rtsp://${HOST}/1" }]',
    { PORT: '9000', TOKEN: '1234567890123456', HOST: 'camera' },
  );

  assert.equal(config.access.port, 9000);
  assert.equal(config.access.token, '1234567890123456');
  assert.equal(config.cameras[0]?.source, 'rtsp://camera/1');
});

test('a variable that is not set is one fault, and two dollars are one', () => {
  assert.deepEqual(faults('access: { token: "${TOKEN}" }'), [
    'access.token: line 1: the environment variable TOKEN is not set; set it, or write the value here',
  ]);
  const config = parse('cameras: [{ id: a, source: demo, user: u, password: "a$${B}$c" }]');
  assert.equal(config.cameras[0]?.password, 'a${B}$c');
});

test('reads secrets from files beside the config', () => {
  writeFileSync(join(folder, 'secret'), `${secret}\n`);
  writeFileSync(join(folder, 'password'), 'a b\n');

  const config = parse(`cameras: [{ id: a, source: demo, passwordFile: password }]
endpoints: { webhooks: [{ id: hook, url: "https://example.com/hook", secretFile: secret }] }`);

  assert.equal(config.endpoints.webhooks[0]?.secret, secret);
  assert.equal(config.cameras[0]?.password, 'a b');
});

test('a secret file that is missing is one fault', () => {
  const found = faults(
    'endpoints:\n  webhooks:\n    - { id: hook, url: "https://example.com", secretFile: gone }',
  );

  assert.equal(found.length, 1);
  assert.match(found[0] ?? '', /endpoints\.webhooks\[0\]\.secretFile: line 3: cannot be read/);
});

test('moves user and password out of an address, and never prints them', () => {
  const config = parse('cameras: [{ id: a, source: "rtsp://guard:a%2Fb@host/1" }]');
  const broken = faults('cameras: [{ id: a, source: "rtsp://guard:s3cret@ho st/1" }]').join();

  assert.deepEqual(
    { ...config.cameras[0] },
    { ...config.cameras[0], source: 'rtsp://host/1', user: 'guard', password: 'a/b' },
  );
  assert.match(broken, /cameras\[0\]\.source: line 1: .*write it as rtsp:/);
  assert.doesNotMatch(broken, /s3cret/);
});

test('credentials in keys of their own go before those in the address', () => {
  const config = parse('cameras: [{ id: a, source: "rtsp://x:y@host/1", user: guard }]');

  assert.equal(config.cameras[0]?.source, 'rtsp://host/1');
  assert.equal(config.cameras[0]?.user, 'guard');
  assert.equal(config.cameras[0]?.password, undefined);
});

test('aliases that multiply are a fault, not a full memory', () => {
  const levels = ['a', 'b', 'c', 'd', 'e', 'f'].map((name, n, all) => {
    const items = n === 0 ? '[x]' : `[${Array(9).fill(`*${all[n - 1]}`)}]`;
    return `${name}: &${name} ${items}`;
  });

  assert.match(faults(levels.join('\n')).join(), /alias/);
});

test('a file that is no section of keys is one fault', () => {
  assert.deepEqual(faults('- demo'), [': line 1: must be a section of keys']);
});

test('the path of a film starts at the folder of the config', () => {
  writeFileSync(join(folder, 'door.mp4'), '');

  const config = parse('cameras: [{ id: a, source: door.mp4 }]');

  assert.equal(config.cameras[0]?.source, join(folder, 'door.mp4'));
});

test('the path of a model starts there, too, and a name is one of the registry', () => {
  const { models } = parse('models: { detector: ./mine, classifier: mask-mobilenetv2 }');

  assert.deepEqual(models, { detector: join(folder, 'mine'), classifier: 'mask-mobilenetv2' });
});

test('a config that is not there says what to do', () => {
  assert.throws(
    () => loadConfig(join(folder, 'gone.yaml')),
    (thrown) =>
      thrown instanceof Problem &&
      thrown.code === 'config-missing' &&
      /--config/.test(thrown.action ?? ''),
  );
});
