/** docs/api.md against the routes, metrics and schemas of the service itself. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { LocalHubBus } from '@maskwatch/bus/local-hub-bus';
import { Evidence } from '@maskwatch/contracts/alert';
import { CameraCause, FrameCounters } from '@maskwatch/contracts/camera';
import { DeliveryState } from '@maskwatch/contracts/delivery';
import * as http from '@maskwatch/contracts/http';
import {
  type ClientToServerEvents,
  LivePicture,
  type ServerToClientEvents,
} from '@maskwatch/contracts/live';
import { ProblemDetails } from '@maskwatch/contracts/problem';
import { ScaledStatus } from '@maskwatch/contracts/scaled';
import { EndReason, TraceCondition } from '@maskwatch/contracts/violation';
import { Access } from '@maskwatch/hub/http/access';
import { createServer } from '@maskwatch/hub/http/server';
import { Hub } from '@maskwatch/hub/hub';
import { systemClock as clock } from '@maskwatch/platform/clock';
import { parseConfig } from '@maskwatch/platform/config/load-config';
import { silentLogger as logger } from '@maskwatch/platform/logger';
import { EvidenceFolder } from '@maskwatch/store/evidence-folder';
import { openSqliteStore } from '@maskwatch/store/sqlite-store';
import type { z } from 'zod';
import { root } from './source-files.ts';

const page = await readFile(join(root, 'docs', 'api.md'), 'utf8');

/** Each has at least one example on the page. */
const { CameraDetail, AlertPage, EndpointList, DeliveryList, Status, SessionAnswer } = http;
const { ModelList } = http;
const examples: Record<string, z.ZodType> = {
  ...{ CameraDetail, AlertPage, EndpointList, DeliveryList, Status, SessionAnswer },
  ...{ ModelList, Evidence, LivePicture, ProblemDetails, ScaledStatus },
};

/** A new event does not compile until it is named here, and so on the page. */
const events: Record<keyof ServerToClientEvents | keyof ClientToServerEvents, true> = {
  ...{ picture: true, alert: true, cameras: true, watch: true },
};

let routes: string[] = [];
let metrics: string[] = [];

/** "GET /api/v1/cameras/:id" of the tree that fastify prints, four columns a level. */
function routesOf(tree: string): string[] {
  const above: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const found = /^(.*?)[├└]── (\S+) \((.*)\)$/u.exec(line);
    if (found === null) return [];
    const [, indent = '', part = '', methods = ''] = found;
    const depth = indent.length / 4;
    const path = (above[depth - 1] ?? '') + part;
    above[depth] = path;
    return methods.split(', ').flatMap((method) => (method === 'HEAD' ? [] : `${method} ${path}`));
  });
}

before(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'maskwatch-api-'));
  const store = await openSqliteStore({ directory, clock, logger });
  const hub = new Hub({
    ...{ store, clock, logger, models: [], version: '0.0.0' },
    files: new EvidenceFolder(join(directory, 'evidence')),
    config: parseConfig('', { file: 'maskwatch.yaml', environment: {} }),
    bus: new LocalHubBus(logger),
    deliveries: {
      wake() {},
      sendTest: () => Promise.reject(new Error('there is no endpoint')),
      counters: { attempts: 0, delivered: 0, failed: 0, givenUp: 0 },
    },
  });
  const access = new Access({ host: '127.0.0.1', token: undefined });
  const server = await createServer({ context: hub.context, access, page: undefined });
  after(async () => {
    await server.close();
    await store.close();
    await rm(directory, { recursive: true });
  });
  await server.ready();
  routes = routesOf(server.printRoutes({ commonPrefix: false }));
  const { body } = await server.inject('/metrics');
  metrics = [...body.matchAll(/^# HELP (maskwatch_\w+)/gm)].map(([, name = '']) => name);
});

test('the page names every route, and none that is not there', () => {
  const named = [...page.matchAll(/`((?:GET|POST|PATCH|PUT|DELETE) \/\S*)`/g)].map(
    ([, route = '']) => route,
  );

  assert.ok(routes.length > 15, 'the routes were not found');
  assert.deepEqual([...new Set(named)].sort(), routes.toSorted());
});

test('the page names every metric, and none that is not there', () => {
  const named = [...page.matchAll(/`(maskwatch_(?!session)\w+)`/g)].map(([, name = '']) => name);

  assert.ok(metrics.length > 5, 'the metrics were not found');
  assert.deepEqual([...new Set(named)].sort(), metrics.toSorted());
});

test('every example is what its schema says, with no field that the schema does not know', () => {
  const blocks = [...page.matchAll(/^```json (\w+)\n([\s\S]*?)^```/gm)];
  for (const [, name = '', text = ''] of blocks) {
    const schema = examples[name];
    assert.ok(schema, `no schema is called ${name}`);
    const example: unknown = JSON.parse(text);
    assert.deepEqual(schema.parse(example), example, name);
  }

  const shown = new Set(blocks.map(([, name]) => name));
  assert.deepEqual([...shown].sort(), Object.keys(examples).sort());
});

test('the page names every cause, counter, end, condition of a trace, state and event', () => {
  const words = [
    ...[CameraCause, EndReason, DeliveryState].flatMap(({ options }) => options as string[]),
    ...Object.keys(FrameCounters.shape),
    ...Object.keys(events),
  ];
  const conditions = TraceCondition.shape.condition.options;

  assert.deepEqual(
    words.filter((word) => !page.includes(`\`${word}\``)),
    [],
  );
  assert.deepEqual(
    conditions.filter((word) => !page.includes(`"condition": "${word}"`)),
    [],
  );
});

test('the page names every parameter of a query', () => {
  const parameters = [http.AlertQuery, http.DeliveryQuery].flatMap(({ shape }) =>
    Object.keys(shape),
  );

  assert.deepEqual(
    parameters.filter((name) => !page.includes(`\`${name}\``)),
    [],
  );
});

test('the page names every reason of /readyz', async () => {
  const files = ['readiness.ts', 'vision-watch.ts', 'cluster/cluster.ts'];
  const sources = await Promise.all(
    files.map((file) => readFile(join(root, 'services/hub/src', file), 'utf8')),
  );
  const codes = [...sources.join('').matchAll(/code: '([\w-]+)'/g)].map(([, code]) => code);

  assert.ok(codes.length > 3, 'the reasons were not found');
  assert.deepEqual(
    codes.filter((code) => !page.includes(`\`${code}\``)),
    [],
  );
});
