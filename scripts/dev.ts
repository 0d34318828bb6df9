/**
 * npm run dev: the page from vite, which passes the API on to the service, and the service started
 * again whenever one of its sources changes. Arguments go to `maskwatch start`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

const [args, portAt] = [process.argv.slice(2), process.argv.indexOf('--port')];
// vite passes the API on to this address.
if (portAt > 0) process.env.MASKWATCH_HUB ??= `http://127.0.0.1:${process.argv[portAt + 1]}`;

const root = join(import.meta.dirname, '..');
const modules = join(root, 'node_modules', '.bin');
const watched = [
  'packages',
  ...['hub', 'ingest', 'deliveries', 'maskwatch'].map((name) => `services/${name}`),
];

function child(cwd: string, program: string, args: string[]): ChildProcess {
  return spawn(join(modules, program), args, { cwd: join(root, cwd), stdio: 'inherit' });
}

const page = child('services/dashboard', 'vite', ['--clearScreen', 'false']);
const service = child('.', 'node', [
  ...watched.map((folder) => `--watch-path=${folder}`),
  '--watch-preserve-output',
  'services/maskwatch/src/main.ts',
  'start',
  ...args,
]);

/** One without the other is of no use; both ended is the end. */
for (const [one, other] of [[page, service] as const, [service, page] as const]) {
  one.once('exit', (code) => {
    if (other.exitCode === null) other.kill('SIGTERM');
    process.exitCode ||= code ?? 0;
  });
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    page.kill('SIGTERM');
    service.kill('SIGTERM');
  });
}
