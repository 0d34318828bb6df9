import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { FrameBuffer, FrameBuffers } from './frame-buffers.ts';
import { PictureStream } from './picture-stream.ts';

const HEADER = 'YUV4MPEG2 W4 H2 F5:1 Ip A1:1 C420mpeg2 XYSCSS=420MPEG2\n';
const PICTURE_BYTES = 12;

const picture = (value: number) =>
  Buffer.concat([Buffer.from('FRAME\n'), Buffer.alloc(PICTURE_BYTES, value)]);

/** Gives the bytes as the reader asks for them, in pieces of at most `most` bytes. */
function feed(stream: PictureStream, bytes: Buffer, most = 1000): number {
  let at = 0;
  while (at < bytes.length) {
    const target = stream.target();
    const count = Math.min(target.length, most, bytes.length - at);
    target.set(bytes.subarray(at, at + count));
    at += count;
    if (!stream.filled(count)) break;
  }
  return at;
}

function reader(lossless = false, buffers = 2) {
  const pictures: number[] = [];
  const faults: string[] = [];
  const held: [FrameBuffer, FrameBuffers][] = [];
  const stream = new PictureStream({
    ...{ lossless, buffers },
    onPicture(buffer, from) {
      pictures.push(buffer.picture.planes[0].data[0]!);
      held.push([buffer, from]);
    },
    onFault: (problem) => faults.push(problem.message),
  });
  return { stream, pictures, faults, held };
}

test('finds every picture however the bytes are cut', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), (most) => {
      const { stream, pictures, held } = reader(false, 4);
      feed(stream, Buffer.concat([Buffer.from(HEADER), picture(1), picture(2), picture(3)]), most);
      assert.deepEqual(pictures, [1, 2, 3]);
      assert.deepEqual([held[0]![0].picture.width, held[0]![0].picture.height], [4, 2]);
    }),
  );
});

test('reads on into the spill buffer while both buffers are held', () => {
  const { stream, held } = reader();
  feed(
    stream,
    Buffer.concat([Buffer.from(HEADER), picture(1), picture(2), picture(3), picture(4)]),
  );
  assert.deepEqual(
    held.map(([buffer]) => buffer.spill),
    [false, false, true, true],
  );
  assert.equal(held[0]![0].picture.planes[0].data[0], 1);
});

test('lossless: waits while both are held, and loses no byte when it goes on', () => {
  const { stream, pictures, held } = reader(true);
  let ready = 0;
  stream.onReady = () => {
    ready += 1;
  };
  const bytes = Buffer.concat([Buffer.from(HEADER), picture(1), picture(2), picture(3)]);
  const read = feed(stream, bytes);
  assert.deepEqual([pictures, ready], [[1, 2], 0]);

  const [buffer, buffers] = held[0]!;
  buffers.giveBack(buffer);
  assert.equal(ready, 1);
  feed(stream, bytes.subarray(read));

  assert.deepEqual(pictures, [1, 2, 3]);
});

test('what is not the stream is a fault, once, and is read away', () => {
  for (const bytes of [
    `${HEADER}FRAMX\n${'x'.repeat(90)}`,
    'x'.repeat(900),
    'YUV4MPEG2 W4 H2 C444\nx',
  ]) {
    const { stream, pictures, faults } = reader();
    assert.equal(feed(stream, Buffer.from(bytes)), bytes.length);
    assert.deepEqual([pictures.length, faults.length], [0, 1]);
  }
});
