import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { readSources, root } from './source-files.ts';

const link = /\[[^\]]*\]\(([^)\s]+)\)/g;
const inlineCode = /`[^`]*`/g;

/** What GitHub makes of a heading. */
function anchorOf(heading: string): string {
  return heading
    .replace(/^#+\s*/, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');
}

function withoutCode(text: string): string {
  return text.replace(/^```[\s\S]*?^```/gm, '').replace(inlineCode, '');
}

test('every link of the documentation leads to a file and a heading that exist', () => {
  const pages = readSources(['*.md', '{docs,packages,services,models,config,test,bench}/**/*.md']);
  const headings = new Map(
    pages.map(({ path, text }) => [path, text.match(/^#+ .*$/gm)?.map(anchorOf) ?? []]),
  );
  const broken: string[] = [];

  for (const { path, text } of pages) {
    for (const [, target = ''] of withoutCode(text).matchAll(link)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [file = '', anchor] = target.split('#');
      const page = file === '' ? path : join(dirname(path), decodeURIComponent(file));
      if (!existsSync(join(root, page))) broken.push(`${path}: ${target}: no such file`);
      else if (anchor !== undefined && headings.get(page)?.includes(anchor) === false) {
        broken.push(`${path}: ${target}: no such heading`);
      }
    }
  }

  assert.deepEqual(broken, []);
});
