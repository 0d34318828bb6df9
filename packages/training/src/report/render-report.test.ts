import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderReport } from './render-report.ts';
import type { Section } from './section.ts';

const hostile = `<script>alert(1)</script>"'><img src=https://example.org/x onerror=1>&`;
const jpeg = Uint8Array.from([0xff, 0xd8, 0xff, 0xd9]);

function render(...sections: Section[]): string {
  return renderReport({ title: 'A report', lead: 'What came out.', sections });
}

/** Of each polyline its points, as they are written. */
function polylines(html: string): string[][] {
  return [...html.matchAll(/<polyline points="([^"]*)"/g)].map(([, points = '']) =>
    points.split(' '),
  );
}

test('whatever a section says is text, in every kind of section', () => {
  const x = { label: hostile, least: 0, most: 1 };
  const html = renderReport({
    title: hostile,
    lead: hostile,
    sections: [
      { kind: 'facts', title: hostile, note: hostile, facts: [[hostile, hostile]] },
      { kind: 'table', title: hostile, columns: [hostile], rows: [[hostile]] },
      {
        ...{ kind: 'curves', title: hostile, x: { label: hostile, values: [1, 2] } },
        ...{ y: { label: hostile }, lines: [{ name: hostile, values: [1, 2] }] },
        marks: [{ x: 1, words: hostile }],
      },
      {
        ...{ kind: 'scatter', title: hostile, x, y: x, diagonal: hostile },
        lines: [{ name: hostile, points: [[0, 1]] }],
      },
      { kind: 'matrix', title: hostile, labels: [hostile], said: [hostile], counts: [[1]] },
      { kind: 'sheet', title: hostile, tiles: [{ jpeg, caption: hostile }] },
    ],
  });

  assert.ok(!html.includes('<script'));
  assert.ok(!html.includes('<img src=https'));
  assert.ok(!html.includes('"\'>'));
  assert.ok(html.split('&lt;script&gt;alert(1)&lt;/script&gt;').length > 18);
});

test('a report asks the network for nothing and forbids it to itself', () => {
  const html = render({ kind: 'sheet', title: 'Looks', tiles: [{ jpeg, caption: 'a look' }] });
  const asked = [...html.matchAll(/(?:src|href|url|import)\s*[=(]\s*["']?([^"'\s)>]+)/g)];

  assert.deepEqual(
    asked.map(([, address]) => address),
    [`data:image/jpeg;base64,${Buffer.from(jpeg).toString('base64')}`],
  );
  assert.doesNotMatch(html, /https?:|\/\//);
  assert.match(html, /Content-Security-Policy" content="default-src 'none'; img-src data:;/);
});

test('a curve has a point for each value, and a gap where one is missing', () => {
  const html = render({
    ...{ kind: 'curves', title: 'Loss', x: { label: 'epoch', values: [1, 2, 3, 4, 5, 6] } },
    y: { label: 'loss' },
    lines: [
      { name: 'training', values: [6, 5, 4, 3, 2, 1] },
      { name: 'validation', values: [6, 5, undefined, 3, Number.NaN, 2] },
    ],
  });

  // The last two values of validation have no neighbour: each is a dot only.
  assert.deepEqual(
    polylines(html).map(({ length }) => length),
    [6, 2],
  );
  assert.equal(html.match(/<path class="dot" d="M[\d.,]+h0"/g)?.length, 6 + 4);
  assert.ok(!html.includes('NaN'));
  assert.match(html, /<td class="figure">–<\/td>/);
});

test('lines differ in dashes and not only in colour', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const html = render({
    ...{ kind: 'curves', title: 'Loss', x: { label: 'epoch', values: [1, 2] } },
    y: { label: 'loss' },
    lines: names.map((name) => ({ name, values: [1, 2] })),
  });
  const dashes = [...html.matchAll(/<polyline [^>]*?(?:dasharray="([^"]*)")?\/>/g)];

  assert.equal(new Set(dashes.map(([, dash]) => dash)).size, names.length);
});

test('precision over recall goes in steps, and the diagonal is drawn where it has words', () => {
  const axis = { label: 'share', least: 0, most: 1 };
  const html = render({
    ...{ kind: 'scatter', title: 'Calibration', x: axis, y: axis },
    ...{ join: 'step', diagonal: 'stated as often as right' },
    lines: [
      {
        name: 'mask',
        points: [
          [0, 1],
          [0.5, 0.8],
          [1, 0.4],
        ],
      },
    ],
  });

  assert.deepEqual(polylines(html), [
    ['0,0', '500,0', '500,200', '1000,200', '1000,600'],
    ['0,1000', '1000,0'],
  ]);
  assert.match(html, /stated as often as right/);
});

test('a matrix says counts, shares of the row, and which are right', () => {
  const html = render({
    ...{ kind: 'matrix', title: 'Said', labels: ['mask', 'no_mask'] },
    said: ['mask', 'no_mask', 'unknown'],
    counts: [
      [3, 1, 0],
      [0, 0, 0],
    ],
  });

  assert.match(html, /<td class="right" [^>]*><b>3<\/b><small>75\.0 %<\/small>/);
  assert.match(html, /<td class="false" [^>]*><b>1<\/b><small>25\.0 %<\/small>/);
  assert.match(html, /<td class="right" [^>]*><b>0<\/b><small>–<\/small>/);
  assert.match(html, /<th scope="row">no mask<\/th>/);
});

test('a tile says its state in a word and a shape, and that it is wrong', () => {
  const html = render({
    ...{ kind: 'sheet', title: 'Looks' },
    tiles: [
      { jpeg, caption: 'labelled mask', state: 'no_mask', wrong: true },
      { jpeg, caption: 'labelled mask', state: 'mask' },
    ],
  });

  assert.match(html, /<li class="tile of-no_mask wrong">.*wrong<\/b>.*<\/svg>no mask<\/span>/);
  assert.match(html, /<li class="tile of-mask">/);
  assert.equal(html.match(/class="verdict">/g)?.length, 1);
});

test('an empty report, table, sheet and chart are drawn too', () => {
  const html = render(
    { kind: 'table', title: 'Skipped', columns: ['file', 'why'], rows: [] },
    { kind: 'sheet', title: 'Errors', tiles: [] },
    {
      ...{ kind: 'curves', title: 'Loss', x: { label: 'epoch', values: [] } },
      ...{ y: { label: 'loss' }, lines: [{ name: 'training', values: [] }] },
    },
  );

  assert.equal(html.match(/There is none\./g)?.length, 2);
  assert.doesNotMatch(html, /NaN|Infinity|undefined/);
  assert.doesNotMatch(render(), /NaN|undefined/);
});

test('a mark stands in the legend with its step', () => {
  const html = render({
    ...{ kind: 'curves', title: 'Loss', x: { label: 'epoch', values: [1, 2, 3] } },
    ...{ y: { label: 'loss' }, lines: [{ name: 'training', values: [3, 2, 1] }] },
    marks: [{ x: 2, words: 'kept' }],
  });

  assert.match(html, /<line x1="500" y1="0" x2="500" y2="1000"\/>/);
  assert.match(html, /kept \(epoch 2\)<\/li>/);
});

test('a long table scrolls in a place of its own', () => {
  const rows = (length: number) => Array.from({ length }, (_, n) => [`${n}.jpg`, 'mask']);
  const table = { kind: 'table', title: 'List', columns: ['file', 'said'] } as const;

  assert.match(render({ ...table, columns: [...table.columns], rows: rows(41) }), /"scroll tall"/);
  assert.doesNotMatch(
    render({ ...table, columns: [...table.columns], rows: rows(40) }),
    /"scroll tall"/,
  );
});
