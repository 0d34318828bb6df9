import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { readSources, root } from './source-files.ts';

const path = /`((?:packages|services|test|config|models|scripts|bench|docs)\/[\w.][\w./-]*)`/g;
const bareFile = /`([\w-]+\.tsx?)`/g;

const names = (text: string, pattern: RegExp) =>
  [...text.matchAll(pattern)].map(([, name = '']) => name);

/** The folders of all that a page names: a bare name of a file is looked for there. */
function foldersOf(page: string, text: string): string[] {
  const named = names(text, path);
  return [dirname(page), ...named, ...named.map((name) => dirname(name))];
}

test('every path and every source that a page names in backticks is there', () => {
  const pages = readSources(['*.md', 'docs/**/*.md', 'models/*.md']);

  const missing = pages.flatMap(({ path: page, text }) => {
    const folders = foldersOf(page, text);
    const paths = names(text, path).filter((name) => !existsSync(join(root, name)));
    const files = names(text, bareFile).filter(
      (name) => !folders.some((folder) => existsSync(join(root, folder, name))),
    );
    return [...paths, ...files].map((name) => `${page}: ${name}`);
  });

  assert.ok(pages.length > 10, 'the pages were not found');
  assert.deepEqual(missing, []);
});
