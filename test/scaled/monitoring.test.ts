/** Prometheus as compose.monitoring.yml starts it, beside all services with the shipped config. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { until } from '@maskwatch/platform/testing/until';
import { type Cluster, startCluster } from './cluster.ts';
import { alertRules, panelQueries } from './monitoring-files.ts';
import { needsRoot } from './needs-root.ts';

const root = join(import.meta.dirname, '../..');
const skip = needsRoot;

let cluster: Cluster;

before(async () => {
  if (skip) return;
  cluster = await startCluster({
    files: ['docker-compose.yml', 'compose.monitoring.yml'],
    without: ['grafana'],
    config: () => readFileSync(join(root, 'deploy/maskwatch.yaml'), 'utf8'),
  });
});
after(() => cluster?.kill());

interface Sample {
  metric: Record<string, string>;
  value: [number, string];
}

async function ask<T>(path: string, query: Record<string, string> = {}): Promise<T> {
  const { address } = cluster.container('prometheus');
  const url = `http://${address}:9090/api/v1/${path}?${new URLSearchParams(query)}`;
  const answer = (await (await fetch(url)).json()) as { data: T; error?: string };
  assert.equal(answer.error, undefined, query.query);
  return answer.data;
}

async function samples(query: string): Promise<Sample[]> {
  return (await ask<{ result: Sample[] }>('query', { query })).result;
}

test('Prometheus takes its config and reaches every service, the hubs with the token', {
  skip,
}, async () => {
  const prometheus = cluster.container('prometheus');
  await prometheus.execute(['promtool', 'check', 'config', '/etc/prometheus/prometheus.yml']);

  type Targets = { activeTargets: { labels: { job: string }; health: string }[] };
  const counts = await until('every target', async () => {
    const { activeTargets } = await ask<Targets>('targets', { state: 'active' });
    const up = activeTargets.filter(({ health }) => health === 'up');
    return up.length >= 7 && Object.groupBy(up, ({ labels }) => labels.job);
  });

  assert.deepEqual(
    Object.entries(counts).map(([job, targets]) => [job, targets?.length]),
    [
      ['deliveries', 1],
      ['hub', 2],
      ['inference', 2],
      ['ingest', 2],
    ],
  );
});

test('every query of the dashboard has an answer while all is well', { skip }, async () => {
  await until('two scrapes of each', async () => {
    const [fewest] = await samples('min(count_over_time(up[1m]))');
    return Number(fewest?.value[1]) >= 2;
  });
  await until('a camera that is live', async () => {
    const [live] = await samples('max(maskwatch_camera_live)');
    return live?.value[1] === '1';
  });

  const queries = panelQueries();
  assert.ok(queries.length > 30);
  const silent = await until(
    'answers',
    async () => {
      const found = await Promise.all(
        queries.map(async (query) => ({ ...query, of: await samples(query.expr) })),
      );
      const without = found.filter(
        ({ of }) => !of.some(({ value }) => Number.isFinite(Number(value[1]))),
      );
      return without.length === 0 && without;
    },
    { withinMs: 20_000 },
  );
  assert.deepEqual(silent, []);
});

test('what the dashboard says is so: a hub is active, the camera is live, workers are on the CPU', {
  skip,
}, async () => {
  const value = async (query: string) => Number((await samples(query))[0]?.value[1]);

  assert.equal(await value('sum(maskwatch_hub_active)'), 1);
  assert.equal(await value('sum(max by (camera) (maskwatch_camera_live))'), 1);
  // Whoever was not ready yet says so until the next scrape.
  await until('all are ready', async () => (await value('min(maskwatch_ready)')) === 1);
  assert.equal(await value('sum(maskwatch_store_away)'), 0);
  assert.ok((await value('max(maskwatch_store_bytes)')) > 1e6);
  assert.ok((await value('max(maskwatch_inference_queued)')) <= 1);
  const workers = await samples('maskwatch_inference_provider');
  assert.deepEqual(
    workers.map(({ metric }) => [metric.provider, metric.fallback]),
    [
      ['cpu', undefined],
      ['cpu', undefined],
    ],
  );
});

test('neither Redis answers who has no password', { skip }, async () => {
  for (const name of ['redis-frames', 'redis-jobs']) {
    const redis = cluster.container(name);
    assert.equal(await redis.execute(['redis-cli', '-e', 'ping']), 'PONG\n');
    const stranger = ['env', '-u', 'REDISCLI_AUTH', 'redis-cli', '-e', 'ping'];
    await assert.rejects(redis.execute(stranger), /NOAUTH/, name);
  }
});

test('no service looks for anybody outside', { skip }, () => {
  assert.deepEqual(cluster.network.askedOutside(), []);
});

test('docs/deploy.md and docs/api.md name every figure', { skip }, async () => {
  const pages = ['api', 'deploy'].map((name) =>
    readFileSync(join(root, `docs/${name}.md`), 'utf8'),
  );
  const names = await ask<string[]>('label/__name__/values');

  const ours = names
    .filter((name) => name.startsWith('maskwatch_'))
    .map((name) => name.replace(/_seconds_(bucket|count|sum)$/, '_seconds'));
  const unnamed = new Set(ours.filter((name) => !pages.join('').includes(`\`${name}\``)));

  assert.ok(ours.length > 30);
  assert.deepEqual([...unnamed], []);
});

test('no rule fires while all is well, and the one of inference sees that the workers are gone', {
  skip,
}, async () => {
  const firing = async () => {
    const found = await Promise.all(
      alertRules().map(async ({ alert, expr }) => ({ alert, of: await samples(expr) })),
    );
    return found.filter(({ of }) => of.length > 0).map(({ alert }) => alert);
  };
  assert.deepEqual(await firing(), []);
  const { groups } = await ask<{ groups: { rules: { health: string }[] }[] }>('rules');
  const healths = groups.flatMap(({ rules }) => rules.map(({ health }) => health));
  assert.deepEqual(new Set(healths), new Set(['ok']));
  assert.equal(healths.length, alertRules().length);

  await Promise.all(['inference-1', 'inference-2'].map((name) => cluster.container(name).kill()));

  const seen = await until('a rule', async () => {
    const names = await firing();
    return names.length > 0 && names;
  });
  assert.deepEqual(seen, ['MaskwatchNoInference']);
});
