import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..', '..');

export interface SourceFile {
  /** From the root of the repository, with "/". */
  path: string;
  text: string;
}

/** What npm, builds and runs leave behind is nobody's source. */
const passedOver = new Set(['node_modules', '.git', '.build', 'dist', 'data', '.cache']);

/** Paths from the root that match one of the patterns, sorted. */
export function findFiles(patterns: string[], below = root): string[] {
  return globSync(patterns, {
    cwd: below,
    exclude: (path) => passedOver.has(path.split('/').at(-1) ?? ''),
  })
    .map((path) => path.replaceAll('\\', '/'))
    .sort();
}

export function readSources(patterns: string[], below = root): SourceFile[] {
  return findFiles(patterns, below).map((path) => ({
    path,
    text: readFileSync(join(below, path), 'utf8'),
  }));
}

export const codePatterns = ['{packages,services,scripts,test,bench,models}/**/*.{ts,tsx}'];

/** "packages/vision" of "packages/vision/src/iou.ts"; "test" of "test/scenes/film.ts". */
export function roomOf(path: string): string {
  const [top = '', second = ''] = path.split('/');
  return top === 'packages' || top === 'services' ? `${top}/${second}` : top;
}

/** Tests, and what only tests import: contract suites and testing/ folders. */
export function isTest(path: string): boolean {
  return /\.test\.tsx?$|contract-suite\.ts$|\/(testing|contract)\//.test(path);
}
