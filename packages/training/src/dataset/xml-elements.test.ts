import assert from 'node:assert/strict';
import { test } from 'node:test';
import { childrenOf, readXml, textOf } from './xml-elements.ts';

test('elements, their texts and entities; attributes and comments are read over', () => {
  const root = readXml(
    '\ufeff<?xml version="1.0"?>\n<!-- a > b --><a x="1>0" y=\'\'>\n<b> one &amp; &#x41;&#66; </b><c/><b><![CDATA[<two>]]></b></a>\n',
  );

  assert.equal(root.name, 'a');
  assert.deepEqual(
    childrenOf(root, 'b').map(({ text }) => text),
    ['one & AB', '<two>'],
  );
  assert.equal(textOf(root, 'c'), '');
  assert.equal(textOf(root, 'd'), undefined);
});

for (const [text, fault] of [
  ['<a><b></a></b>', /line 1: <\/a> closes nothing/],
  ['<a>\n<b>', /line 2: <b> is not closed/],
  ['<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>', /line 1: this is no XML/],
  ['<a>\n\n&e;</a>', /line 1: an unknown entity/],
  ['<a>&#x110000;</a>', /an unknown entity/],
  ['<a/><b/>', /one element has to hold all others/],
  ['text', /one element/],
  ['<a b=c/>', /no XML/],
  ['<a>'.repeat(100), /too much/],
  [`<a>${'<b/>'.repeat(100_001)}</a>`, /too much/],
  ['', /one element/],
] as const) {
  test(`refused: ${text.slice(0, 40).replaceAll('\n', ' ')}`, () => {
    assert.throws(() => readXml(text), fault);
  });
}

test('a long text that is no XML is refused in no time', () => {
  const started = performance.now();
  assert.throws(() => readXml(`<a ${'b="c" '.repeat(200_000)}`));
  assert.throws(() => readXml(`<a>${'&'.repeat(1_000_000)}</a>`));
  assert.ok(performance.now() - started < 2000);
});
