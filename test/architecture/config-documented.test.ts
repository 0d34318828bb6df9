import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { editorSchema } from '@maskwatch/platform/config/editor-schema';
import { loadConfig, parseConfig } from '@maskwatch/platform/config/load-config';
import { configSchema, type SchemaNode } from '@maskwatch/platform/config/schema-faults';
import { root } from './source-files.ts';

const file = join(root, 'config', 'maskwatch.yaml');
const text = readFileSync(file, 'utf8');

/** The examples in comments taken as they say: a "#" at the left edge with no single space after. */
const uncommented = text.replace(/^#(?! ?\S| ?$)|^#(?=\w+:)/gm, '');
const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const environment = {
  MASKWATCH_TOKEN: 'a-token-of-enough-letters',
  ENTRANCE_PASSWORD: 'secret',
  SAFETY_DESK_SECRET: secret,
};

const folder = mkdtempSync(join(tmpdir(), 'maskwatch-example-'));
after(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, 'secrets'));
for (const name of ['token', 'yard', 'archive'])
  writeFileSync(join(folder, 'secrets', name), secret);

function keysOf(node: SchemaNode): string[] {
  const own = Object.entries(node.properties ?? {}).flatMap(([key, child]) => [
    key,
    ...keysOf(child),
  ]);
  return node.items ? [...own, ...keysOf(node.items)] : own;
}

test('the shipped config is good, and is what the docs say: one demo camera, one rule', () => {
  const config = loadConfig(file, { environment: {} });

  assert.deepEqual(
    config.cameras.map(({ id, source, rate }) => ({ id, source, rate })),
    [{ id: 'demo', source: 'demo', rate: 5 }],
  );
  assert.deepEqual(config.rules, [
    { id: 'no_mask', states: ['no_mask'], hold: 3000, severity: 'high' },
  ]);
});

test('the shipped config says the defaults', () => {
  const shipped = loadConfig(file, { environment: {} });
  const defaults = parseConfig('', { file, environment: {} });

  for (const key of ['publicUrl', 'access', 'models', 'offlineAfter', 'retention'] as const) {
    assert.deepEqual(shipped[key], defaults[key], key);
  }
});

test('every key is documented in the shipped config', () => {
  const missing = keysOf(configSchema()).filter(
    (key) => !new RegExp(`^[ #-]*${key}:|\\b${key}\\b with`, 'm').test(text),
  );

  assert.deepEqual(missing, []);
});

test('every key is in the table of docs/configuration.md', () => {
  const page = readFileSync(join(root, 'docs', 'configuration.md'), 'utf8');
  const missing = keysOf(configSchema()).filter(
    (key) => !new RegExp(`^\\|.*(\`|\\.)${key}\\b`, 'm').test(page),
  );

  assert.deepEqual(missing, []);
});

test('every key of the shipped config stands below a comment of its own or of its group', () => {
  const lines = text.split('\n');
  const bare = lines.filter((line, index) => {
    const isFirstLevel = /^\w+:/.test(line);
    if (line.trim() === '' || /^\s*#/.test(line) || isFirstLevel) return false;
    return !/^\s*#|^\s+(maxWidth):/.test(lines[index - 1] ?? '');
  });

  assert.deepEqual(bare, []);
});

test('the examples in its comments are good, too', () => {
  // A token and a tokenFile exclude each other: each is tried.
  for (const other of ['token', 'tokenFile']) {
    const lines = uncommented.split('\n').filter((line) => !line.startsWith(`  ${other}:`));

    const config = parseConfig(lines.join('\n'), { file: join(folder, 'a.yaml'), environment });

    assert.deepEqual(
      config.cameras.map(({ id }) => id),
      ['demo', 'entrance', 'yard'],
    );
    assert.equal(config.zones.length, 1);
    assert.equal(config.rules.length, 2);
    assert.equal(config.endpoints.webhooks[1]?.secret, secret);
  }
});

test('the schema for editors is current', () => {
  const written = readFileSync(join(root, 'config', 'maskwatch.schema.json'), 'utf8');

  assert.deepEqual(
    JSON.parse(written),
    JSON.parse(editorSchema()),
    'run: node scripts/config-schema.ts',
  );
});
