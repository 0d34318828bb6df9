import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findDecoder, parseDecoders, parseVersion } from './decoder.ts';

test('reads the version that decides about options, of releases and of builds of a day', () => {
  const release =
    'ffmpeg version 5.1.9-0+deb12u1 Copyright (c)\nlibavformat    59. 27.100 / 59. 27.100';
  const ofADay =
    'ffmpeg version N-117000-gabcdef Copyright (c)\nlibavformat    61.  9.100 / 61.  9.100';
  assert.deepEqual(parseVersion(release).version.format, [59, 27]);
  assert.equal(parseVersion(release).release, '5.1.9-0+deb12u1');
  assert.deepEqual(parseVersion(ofADay).version.format, [61, 9]);
});

test('refuses what is too old or no ffmpeg', () => {
  assert.throws(() => parseVersion('libavformat 56. 40.101'), { code: 'decoder-unusable' });
  assert.throws(() => parseVersion('BusyBox'), { code: 'decoder-unusable' });
});

test('knows the decoders of pictures from those of sound', () => {
  const list =
    ' V..... = Video\n VFS..D h264      H.264\n A....D aac       AAC\n V..... libdav1d  AV1';
  const decoders = parseDecoders(list);
  assert.ok(decoders.has('h264') && decoders.has('libdav1d') && !decoders.has('aac'));
});

test('without ffmpeg says what to install', async () => {
  await assert.rejects(findDecoder('/nowhere'), {
    code: 'decoder-missing',
    action: /apt-get install ffmpeg/,
  });
});
