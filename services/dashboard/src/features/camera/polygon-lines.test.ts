import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ZoneConfig } from '@maskwatch/contracts/config';
import { parse } from 'yaml';
import { type PolygonPoint, polygonLines } from './polygon-lines.ts';

const points: PolygonPoint[] = [
  [0, 0.25],
  [0.5, 0.25],
  [0.51234, 1],
];

test('writes a zone that the config accepts', () => {
  const text = polygonLines(points, { use: 'zones', cameraId: 'gate', zoneId: 'door' });
  const { zones } = parse(text);
  assert.deepEqual(ZoneConfig.parse(zones[0]), {
    id: 'door',
    camera: 'gate',
    points: [
      [0, 0.25],
      [0.5, 0.25],
      [0.512, 1],
    ],
  });
});

test('writes a privacy mask to be put below its camera', () => {
  const text = polygonLines(points, { use: 'privacyMasks', cameraId: 'gate', zoneId: '' });
  const { cameras } = parse(`cameras:\n  - id: gate\n    source: demo\n${text}`);
  assert.equal(cameras[0].privacyMasks[0].length, 3);
});
