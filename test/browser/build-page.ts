import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const dashboard = join(root, 'services/dashboard');

/** Builds the page unless it is newer than all it is made of: a running service may be serving it. */
export function buildPage(): void {
  const built = join(dashboard, 'dist/index.html');
  const sources = ['src', 'public', '../../packages/contracts/src'].flatMap((folder) =>
    readdirSync(join(dashboard, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
      join(dashboard, folder, name),
    ),
  );
  sources.push(join(dashboard, 'index.html'), join(dashboard, 'vite.config.ts'));
  const newest = Math.max(...sources.map((file) => statSync(file).mtimeMs));
  if (existsSync(built) && statSync(built).mtimeMs > newest) return;
  const modules = join(root, 'node_modules/.bin');
  execFileSync(join(modules, 'vite'), ['build', '--logLevel', 'error'], {
    cwd: dashboard,
    env: { ...process.env, PATH: `${modules}:${process.env.PATH}` },
  });
}
