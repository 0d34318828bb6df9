/** What the compose files, the Dockerfile and the files beside them say of one another. No root, no engine. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join, matchesGlob, relative } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { type ComposeService, readCompose } from './compose/compose-file.ts';
import { contentsOf, readDockerfile, readStages } from './compose/dockerfile.ts';
import { panelQueries, readJson, readYaml } from './monitoring-files.ts';

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);
const read = (path: string) => fs.readFileSync(join(root, path), 'utf8');

const copy = fs.mkdtempSync(join(tmpdir(), 'maskwatch-secrets-'));
after(() => fs.rmSync(copy, { recursive: true }));
fs.cpSync(join(root, 'deploy/make-secrets.sh'), join(copy, 'deploy/make-secrets.sh'));

/** What make-secrets.sh writes beside a copy of itself. */
async function makeSecrets(): Promise<Record<string, string>> {
  await run('sh', [join(copy, 'deploy/make-secrets.sh')]);
  const lines = fs.readFileSync(join(copy, '.env'), 'utf8').trim().split('\n');
  return Object.fromEntries(lines.map((line) => line.split('=', 2) as [string, string]));
}

const composeFiles = fs.readdirSync(root).filter((name) => /^(docker-)?compose.*\.yml$/.test(name));

/** Each set of files that a page or a compose file tells people to start, and the usual one. */
function toldCombinations(): string[][] {
  const pages = ['README.md', 'docs/deploy.md', 'docs/gpu.md', ...composeFiles]
    .map(read)
    .join('\n');
  const told = [...pages.matchAll(/docker compose((?: -f [\w.-]+)*) /g)].map(([, files = '']) =>
    files.split(' -f ').slice(1).join(' '),
  );
  return [...new Set(told)].map((files) =>
    files === '' ? ['docker-compose.yml'] : files.split(' '),
  );
}

interface Combination {
  files: string[];
  services: ComposeService[];
  volumes: string[];
}

/** With nothing but the secrets: any other variable must have a default. */
async function readCombinations(): Promise<Combination[]> {
  const secrets = await makeSecrets();
  return toldCombinations().map((files) => ({
    files,
    services: readCompose(
      files.map((file) => join(root, file)),
      secrets,
    ),
    volumes: files.flatMap((file) => Object.keys(parse(read(file)).volumes ?? {})),
  }));
}

const combinations = readCombinations();

/** Of all combinations, with what they are of in messages. */
async function eachService(look: (service: ComposeService, name: string) => unknown) {
  for (const { files, services } of await combinations) {
    for (const service of services) await look(service, `${files.join(' ')}: ${service.name}`);
  }
}

test('every compose file is told of, is valid, and needs no variable but the secrets', async () => {
  const all = await combinations;

  assert.deepEqual([...new Set(all.flatMap(({ files }) => files))].sort(), composeFiles.toSorted());
  for (const { services, files } of all) assert.ok(services.length > 0, files.join(' '));
});

test('what is built runs as the user of the Dockerfile, by its entry point', async () => {
  await eachService((service, name) => {
    if (service.build === undefined) return;
    const recipe = readDockerfile(join(service.build, 'Dockerfile'), service.target);
    assert.equal(service.user, recipe.user, name);
    assert.deepEqual(recipe.entrypoint, ['tini', '--', 'maskwatch'], name);
    assert.equal(service.healthTest?.[0], 'maskwatch', name);
  });
  assert.notEqual(readDockerfile(join(root, 'Dockerfile')).user, 'root');
});

const helps = new Map<string, Promise<string>>();

/** What `maskwatch help` says of a command. */
function helpOf(command: string): Promise<string> {
  const main = join(root, 'services/maskwatch/src/main.ts');
  const said =
    helps.get(command) ??
    run(process.execPath, [main, 'help', command]).then(({ stdout }) => stdout);
  helps.set(command, said);
  return said;
}

test('every command is one of maskwatch, and every option one of its own', async () => {
  const known = await helpOf('');
  const built = (await combinations).flatMap((one) => one.services.filter(({ build }) => build));
  await Promise.all([...new Set(built.map(({ command }) => command?.[0] ?? ''))].map(helpOf));
  await eachService(async ({ build, target, command, healthTest }, name) => {
    if (build === undefined) return;
    const usual = readDockerfile(join(build, 'Dockerfile'), target).command;
    for (const words of [command ?? usual, healthTest?.slice(1) ?? [], usual]) {
      const [subcommand = '', ...args] = words;
      assert.match(known, new RegExp(`^  ${subcommand}\\b`, 'm'), name);
      const help = await helpOf(subcommand);
      for (const option of args.filter((word) => word.startsWith('-'))) {
        assert.match(help, new RegExp(`^  ${option} `, 'm'), `${name}: ${subcommand} ${option}`);
      }
    }
  });
});

test('every variable that a service is given is one of a command or of its config', async () => {
  const commands = ['hub', 'ingest', 'inference', 'deliveries', 'start'];
  const helped = (await Promise.all(commands.map(helpOf))).join('\n').replaceAll(/\s+/g, ' ');
  const configs = ['deploy/maskwatch.yaml', 'deploy/embedded.yaml'].map(read).join('\n');

  await eachService(({ environment, build }, name) => {
    if (build === undefined) return;
    const unknown = Object.keys(environment).filter(
      (variable) => !helped.includes(`env: ${variable}`) && !configs.includes(`\${${variable}}`),
    );
    assert.deepEqual(unknown, [], name);
  });
});

test('all that the image is made of is there, and is not kept out of the build', () => {
  const stages = readStages(join(root, 'Dockerfile'));
  const ignored = read('.dockerignore').split('\n').filter(Boolean);
  const parents = (path: string) =>
    path.split('/').map((_, n, all) => all.slice(0, n + 1).join('/'));
  const sources = [...stages.keys()].flatMap((name) => contentsOf(stages, name));

  assert.ok(sources.length > 5);
  // What is made in the image anew.
  const made = new Set(['**/node_modules', '**/dist']);
  const keeps = ignored.filter((glob) => !made.has(glob));
  for (const { source } of sources) {
    assert.ok(fs.existsSync(join(root, source)), source);
    const exclude = (path: string) => path.includes('node_modules');
    const below = fs.globSync(`${source}/**`, { cwd: root, exclude });
    const kept = below.filter((path) =>
      parents(path).some((part) => keeps.some((glob) => matchesGlob(part, glob))),
    );
    assert.deepEqual(kept, [], `.dockerignore keeps a part of ${source} out`);
    const by = ignored.filter((glob) => parents(source).some((path) => matchesGlob(path, glob)));
    assert.deepEqual(by, [], source);
  }
});

test('every file that is mounted is there, every volume and every service that is named, too', async () => {
  for (const { files, services, volumes } of await combinations) {
    const names = services.map(({ name }) => name);
    for (const { name, mounts, dependsOn } of services) {
      const of = `${files.join(' ')}: ${name}`;
      for (const { source } of mounts) {
        const there = source.startsWith('/') ? fs.existsSync(source) : volumes.includes(source);
        assert.ok(there, `${of}: ${relative(root, source)}`);
      }
      for (const other of Object.keys(dependsOn))
        assert.ok(names.includes(other), `${of}: ${other}`);
    }
  }
});

test('nothing is published beyond loopback, and no image is whatever is newest', async () => {
  await eachService(({ ports, image }, name) => {
    for (const port of ports) assert.match(port, /^127\.0\.0\.1:/, name);
    assert.match(image, /:[\w.-]*\d/, name);
  });
});

test('secrets are made once, for their owner only, and what an older .env lacks is added', async () => {
  const file = join(copy, '.env');
  const first = await makeSecrets();
  assert.deepEqual(await makeSecrets(), first);
  assert.equal(fs.statSync(file).mode & 0o777, 0o600);
  assert.ok(Object.values(first).every((value) => /^[0-9a-f]{48}$/.test(value)));

  fs.writeFileSync(file, 'MASKWATCH_TOKEN=mine', { mode: 0o644 });
  fs.chmodSync(file, 0o644);
  const after = await makeSecrets();

  assert.equal(after.MASKWATCH_TOKEN, 'mine');
  assert.deepEqual(Object.keys(after).sort(), Object.keys(first).sort());
  assert.equal(fs.statSync(file).mode & 0o777, 0o600);
});

test('the address and Prometheus know the hubs, and Prometheus the other services', async () => {
  const { services } = (await combinations).find(({ files }) => files.length === 2)!;
  const hubs = services.filter(({ command }) => command?.[0] === 'hub').map(({ name }) => name);
  interface Job {
    static_configs?: { targets: string[] }[];
    dns_sd_configs?: { names: string[]; port: number }[];
  }
  const jobs = readYaml<{ scrape_configs: Job[] }>('prometheus.yml').scrape_configs;
  const targets = jobs.flatMap((job) => job.static_configs?.flatMap((one) => one.targets) ?? []);
  const names = jobs.flatMap((job) => job.dns_sd_configs?.flatMap((one) => one.names) ?? []);
  const behind = [...read('deploy/haproxy.cfg').matchAll(/^ +server (\S+) (\S+):8787/gm)];

  assert.ok(hubs.length >= 2);
  assert.deepEqual(
    targets,
    hubs.map((name) => `${name}:8787`),
  );
  assert.deepEqual(
    behind.map(([, , host]) => host),
    hubs,
  );
  for (const name of names)
    assert.ok(
      services.some((service) => service.name === name),
      name,
    );
});

test('the dashboard asks the provisioned Prometheus, and lies where Grafana looks for it', async () => {
  interface Sources {
    datasources: { uid: string; url: string }[];
  }
  interface Providers {
    providers: { options: { path: string } }[];
  }
  const { datasources } = readYaml<Sources>('grafana/provisioning/datasources/prometheus.yml');
  const { providers } = readYaml<Providers>('grafana/provisioning/dashboards/maskwatch.yml');
  const { panels } = readJson<{ panels: { id: number; datasource?: { uid: string } }[] }>(
    'grafana/dashboards/maskwatch.json',
  );
  const services = (await combinations).flatMap((one) => one.services);
  const grafana = services.find(({ name }) => name === 'grafana')!;
  const folder = grafana.mounts.find(({ target }) => target === providers[0]?.options.path);

  assert.deepEqual(
    new Set(panels.flatMap(({ datasource }) => datasource?.uid ?? [])),
    new Set([datasources[0]!.uid]),
  );
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
  assert.equal(new URL(datasources[0]!.url).hostname, 'prometheus');
  const home = grafana.environment.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH!;
  assert.ok(fs.existsSync(home.replace(folder!.target, folder!.source)), home);
});

test('rules fire when they must, and not while all is well or a hub takes over', async () => {
  await run('promtool', ['check', 'rules', join(root, 'deploy/alerts.yml')]);
  await run('promtool', ['test', 'rules', join(import.meta.dirname, 'alerts-rules.yml')]);
});

test('every rule is told of in docs/deploy.md', () => {
  const page = read('docs/deploy.md');
  const rules = readYaml<{ groups: { rules: { alert: string }[] }[] }>('alerts.yml').groups;

  for (const { alert } of rules.flatMap((group) => group.rules))
    assert.match(page, new RegExp(`^\\| ${alert} `, 'm'));
  assert.ok(panelQueries().length > 0);
});

test('the image for a GPU has the provider of the very ONNX Runtime that npm brings', () => {
  const [, version] = /^ARG ONNXRUNTIME=(\S+)$/m.exec(read('Dockerfile')) ?? [];
  const installed = JSON.parse(read('node_modules/onnxruntime-node/package.json')) as {
    version: string;
  };
  const { services } = parse(read('compose.gpu.yml'));

  assert.equal(version, installed.version);
  assert.deepEqual(services.inference.deploy.resources.reservations.devices[0].capabilities, [
    'gpu',
  ]);
});
