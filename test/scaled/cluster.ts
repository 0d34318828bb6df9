/** All services of the compose files on this machine, each as Compose would run it. */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ComposeService, readCompose } from './compose/compose-file.ts';
import { Container } from './compose/container.ts';
import { Network } from './compose/network.ts';

const root = join(import.meta.dirname, '../..');
const startMs = 120_000;

export interface ClusterOptions {
  /** The config of all services; cameras and receivers of the test are at `hostAddress`. */
  config(given: { hostAddress: string; subnet: string }): string;
  /** From the root of the repository. */
  files?: string[];
  /** Services that are left out: the tests have no such program. */
  without?: string[];
  /** The service that has the page. */
  page?: string;
  onLine?(container: string, line: string): void;
}

export interface Cluster {
  readonly containers: ReadonlyMap<string, Container>;
  readonly network: Network;
  /** Of the page, behind the one address. */
  readonly url: string;
  readonly token: string;
  readonly hostAddress: string;
  /** Throws Error for a name that is not there. */
  container(name: string): Container;
  /** Of a Redis, with its password. */
  redisUrl(name: string): string;
  /** SIGTERM to all, those first that others do not need; answers with the exit codes. */
  stop(): Promise<Map<string, number | null>>;
  /** All at once, for tests that ask nothing of the end. */
  kill(): Promise<void>;
}

/** Answers when every health check succeeds. Needs root, for the namespaces. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { files = ['docker-compose.yml'], without = [], page = 'address' } = options;
  const folder = mkdtempSync(join(tmpdir(), 'maskwatch-cluster-'));
  chmodSync(folder, 0o755);
  const config = join(folder, 'maskwatch.yaml');
  const token = secret();
  const redisPassword = secret();
  const paths = files.map((file) => join(root, file));
  const services = readCompose(paths, {
    MASKWATCH_TOKEN: token,
    MASKWATCH_DATABASE_PASSWORD: secret(),
    MASKWATCH_REDIS_PASSWORD: redisPassword,
    MASKWATCH_GRAFANA_PASSWORD: secret(),
    MASKWATCH_CONFIG: config,
  }).filter(({ name }) => !without.includes(name));
  const network = new Network(folder);
  writeFileSync(config, options.config(network));
  const volume = (name: string) => {
    const path = join(folder, 'volumes', name);
    mkdirSync(path, { recursive: true });
    return path;
  };
  const { onLine } = options;
  const containers = new Map(
    services.flatMap((service) =>
      instances(service).map((name) => {
        const member = network.join(name, service.name);
        const more = onLine === undefined ? {} : { onLine };
        return [
          name,
          new Container({ service, member, network, folder, volume, ...more }),
        ] as const;
      }),
    ),
  );
  const all = [...containers.values()];
  const close = () => {
    network.close();
    rmSync(folder, { recursive: true, force: true });
  };
  const kill = async () => {
    await Promise.all(all.map((one) => one.kill()));
    close();
  };
  try {
    await Promise.all(all.map((one) => startInTurn(one, all)));
  } catch (fault) {
    await kill();
    throw fault;
  }
  const container = (name: string) => {
    const found = containers.get(name);
    if (found === undefined) throw new Error(`there is no container "${name}"`);
    return found;
  };
  return {
    ...{ containers, network, token, kill, container, hostAddress: network.hostAddress },
    url: `http://${containers.get(page)!.address}:8787`,
    redisUrl: (name) => `redis://:${redisPassword}@${container(name).address}:6379`,
    async stop() {
      const codes = await stopInTurn(all);
      close();
      return codes;
    },
  };
}

/** As deploy/make-secrets.sh makes them. */
function secret(): string {
  return randomBytes(24).toString('hex');
}

function instances({ name, replicas }: ComposeService): string[] {
  if (replicas === 1) return [name];
  return Array.from({ length: replicas }, (_, n) => `${name}-${n + 1}`);
}

async function startInTurn(container: Container, all: Container[]): Promise<void> {
  const { dependsOn } = container.service;
  for (const [name, condition] of Object.entries(dependsOn)) {
    const needed = all.filter(({ service }) => service.name === name);
    const met = (one: Container) =>
      condition === 'service_healthy' ? one.healthy() : Promise.resolve(one.running);
    for (const one of needed) await untilMet(one, met);
  }
  container.start();
  await untilMet(container, (one) => one.healthy());
}

async function untilMet(
  container: Container,
  met: (one: Container) => Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + startMs;
  while (!(await met(container))) {
    if (performance.now() > deadline) {
      const said = container.lines.slice(-20).join('\n');
      throw new Error(`${container.name} is not well after ${startMs / 1000} s:\n${said}`);
    }
    await sleep(250);
  }
}

/** Whoever is needed by others that still run waits for them. */
async function stopInTurn(all: Container[]): Promise<Map<string, number | null>> {
  const codes = new Map<string, number | null>();
  let left = all;
  while (left.length > 0) {
    const needed = new Set(left.flatMap(({ service }) => Object.keys(service.dependsOn)));
    const turn = left.filter(({ service }) => !needed.has(service.name));
    await Promise.all(turn.map(async (one) => codes.set(one.name, await one.stop())));
    left = left.filter((one) => !turn.includes(one));
  }
  return codes;
}
