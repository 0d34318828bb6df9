import assert from 'node:assert/strict';
import { test } from 'node:test';
import { declaredFor, refusalsOf } from './import-rules.ts';
import { codePatterns, readSources, root } from './source-files.ts';

const declared = new Set([
  'zod',
  ...['contracts', 'platform', 'vision', 'runtime', 'rules', 'hub', 'ingest', 'store'].map(
    (name) => `@maskwatch/${name}`,
  ),
]);

/** Each rule with the smallest source that breaks it: path, text, what the refusal must say. */
const forbidden: [string, string, RegExp][] = [
  ['packages/contracts/src/a.ts', "import '@maskwatch/platform/clock';", /nothing of ours/],
  ['packages/platform/src/a.ts', "import '@maskwatch/vision/iou';", /imports only contracts/],
  ['packages/store/src/a.ts', "import '@maskwatch/vision/iou';", /only contracts, platform/],
  ['packages/inference/src/a.ts', "import '@maskwatch/store/store';", /runtime, vision/],
  ['packages/vision/src/a.ts', "import '@maskwatch/platform/clock';", /imports only contracts/],
  ['packages/tracking/src/a.ts', "import '@maskwatch/vision/iou';", /imports only contracts/],
  ['packages/rules/src/a.ts', "import type { Store } from '@maskwatch/store/store';", /contracts/],
  ['packages/bus/src/a.ts', "export * from '@maskwatch/hub/hub';", /no package knows a service/],
  ['services/hub/src/a.ts', "await import('@maskwatch/ingest/owner');", /only services\/maskwatch/],
  ['services/hub/src/a.ts', "type T = import('@maskwatch/ingest/owner').T;", /other services/],
  ['services/hub/src/a.ts', "const x = require('@maskwatch/ingest/owner');", /other services/],
  ['services/dashboard/src/a.tsx', "import '@maskwatch/rules/engine';", /contracts and vision/],
  ['services/dashboard/src/a.tsx', "import 'node:fs';", /browser/],
  ['packages/contracts/src/a.ts', "import 'node:path';", /browser/],
  ['services/hub/src/a.ts', "import '../../../packages/store/src/store.ts';", /past its exports/],
  ['services/hub/src/a.ts', "import '../../ingest/src/owner.ts';", /past its exports/],
  ['test/a.ts', "import '../packages/store/src/store.ts';", /past its exports/],
  ['packages/store/src/a.ts', "import '../../../test/scenes/film.ts';", /never depends on test/],
  ['packages/store/src/a.ts', "import '../../../../elsewhere.ts';", /leaves the repository/],
  ['packages/store/src/a.ts', "import 'left-pad';", /no dependency in the package\.json/],
  ['packages/vision/src/a.ts', "import { readFileSync } from 'node:fs';", /no file, socket/],
  ['packages/rules/src/a.ts', "import net from 'net';", /no file, socket/],
  ['packages/tracking/src/a.ts', "import 'node:timers/promises';", /no file, socket/],
  ['packages/vision/src/a.ts', 'export const at = Date.now();', /Date: .*no clock/],
  ['packages/vision/src/a.ts', 'export const at = performance.now();', /performance/],
  ['packages/tracking/src/a.ts', 'setTimeout(() => {}, 5);', /setTimeout/],
  ['packages/rules/src/a.ts', 'globalThis.setInterval(() => {}, 5);', /globalThis/],
  ['packages/rules/src/a.ts', "const { now } = Date; fetch('http://a');", /Date/],
];

for (const [path, text, reason] of forbidden) {
  test(`refuses in ${path}: ${text}`, () => {
    const refusals = refusalsOf({ path, text }, declared);

    assert.ok(refusals.length > 0, 'nothing was refused');
    assert.match(refusals.map((refusal) => refusal.reason).join('\n'), reason);
    assert.equal(refusals[0]?.line, 1);
  });
}

const allowed: [string, string][] = [
  ['packages/vision/src/a.ts', "import { Box } from '@maskwatch/contracts/box'; import './b.ts';"],
  ['packages/vision/src/a.ts', 'export interface At { Date: number; at: Date } // Date.now()'],
  ['packages/runtime/src/a.ts', "import '@maskwatch/vision/iou'; import 'node:fs';"],
  ['services/maskwatch/src/a.ts', "import '@maskwatch/hub/hub';"],
  ['services/hub/src/a.ts', "import '@maskwatch/store/store'; import '@maskwatch/rules/engine';"],
  ['test/pipeline/a.test.ts', "import '@maskwatch/hub/hub'; import '../scenes/film.ts';"],
  ['packages/rules/src/a.test.ts', "import { readFileSync } from 'node:fs';"],
];

for (const [path, text] of allowed) {
  test(`allows in ${path}: ${text}`, () => {
    assert.deepEqual(refusalsOf({ path, text }, declared), []);
  });
}

test('every source of the repository keeps the import rules', () => {
  const files = readSources(codePatterns);

  const refusals = files.flatMap((file) => refusalsOf(file, declaredFor(root, file.path)));

  assert.ok(files.length > 20, 'the sources were not found');
  assert.deepEqual(
    refusals.map(({ path, line, reason }) => `${path}:${line}: ${reason}`),
    [],
  );
});
