/** compose.embedded.yml as it is, with the shipped config: one service that does it all. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Camera } from '@maskwatch/contracts/camera';
import { until } from '@maskwatch/platform/testing/until';
import { type Cluster, startCluster } from './cluster.ts';
import { needsRoot } from './needs-root.ts';

const skip = needsRoot;
let cluster: Cluster;

before(async () => {
  if (skip) return;
  cluster = await startCluster({
    files: ['compose.embedded.yml'],
    page: 'maskwatch',
    config: () => readFileSync(join(import.meta.dirname, '../../deploy/embedded.yaml'), 'utf8'),
  });
});
after(() => cluster?.kill());

test('it becomes ready, asks for its token, and the demo camera is live', { skip }, async () => {
  const ask = (path: string, headers = {}) => fetch(`${cluster.url}${path}`, { headers });
  const authorization = `Bearer ${cluster.token}`;

  assert.equal((await ask('/readyz')).status, 200);
  assert.match(await (await ask('/')).text(), /<title>/);
  assert.equal((await ask('/api/v1/cameras')).status, 401);
  const demo = await until('live', async () => {
    const answer = await ask('/api/v1/cameras/demo', { authorization });
    const camera = (await answer.json()) as Camera;
    return camera.state === 'live' && camera.lastJudgedAt !== undefined && camera;
  });
  assert.equal(demo.kind, 'demo');
});

test('its config is checked by the command of the docs', { skip }, async () => {
  const words = ['maskwatch', 'check', '--config', '/config/maskwatch.yaml'];

  assert.match(await cluster.container('maskwatch').execute(words), /is good: 1 camera/);
});

test('it keeps its data in the volume, for its own user only, and ends well on SIGTERM', {
  skip,
}, async () => {
  const service = cluster.container('maskwatch');
  const listed = await service.execute(['stat', '-c', '%U %u %a %n', '/data/maskwatch.db']);
  assert.match(listed, / 10001 600 /);

  assert.equal(await service.stop(), 0);
});
