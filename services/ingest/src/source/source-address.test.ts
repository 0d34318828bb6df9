import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sourceAddress } from './source-address.ts';

const demoFilm = '/films/demo.mp4';
const of = (source: string, user?: string, password?: string) =>
  sourceAddress(
    {
      source,
      ...(user === undefined ? {} : { user }),
      ...(password === undefined ? {} : { password }),
    },
    { demoFilm },
  );

test('any password arrives as it was written, and never shows', () => {
  const text = fc.string({ minLength: 1, unit: 'binary' }).filter((s) => s.isWellFormed());
  fc.assert(
    fc.property(text, text, (user, password) => {
      const address = of('rtsp://camera:8554/live', user, password);
      const [, name, secret, rest] = /^rtsp:\/\/([^:@/]*):([^:@/]*)@(.*)$/.exec(address.url)!;
      assert.equal(decodeURIComponent(name!), user);
      assert.equal(decodeURIComponent(secret!), password);
      assert.equal(rest, 'camera:8554/live');
      assert.equal(address.shown, 'rtsp://camera:8554/live');
    }),
  );
});

const WRITTEN: [why: string, source: string, url: string, host: string, port: number][] = [
  ['no credentials', 'rtsp://cam/live', 'rtsp://cam/live', 'cam', 554],
  ['a port', 'rtsp://cam:8554/live', 'rtsp://cam:8554/live', 'cam', 8554],
  ['an IPv6 address', 'http://[::1]:80/v', 'http://[::1]:80/v', '::1', 80],
  ['TLS', 'rtsps://cam/live', 'rtsps://cam/live', 'cam', 322],
  ['credentials', 'rtsp://me:word@cam/live', 'rtsp://me:word@cam/live', 'cam', 554],
  ['an encoded password', 'rtsp://me:a%23b@cam/', 'rtsp://me:a%23b@cam/', 'cam', 554],
  ['a raw # in the password', 'rtsp://me:a#b@cam/live', 'rtsp://me:a%23b@cam/live', 'cam', 554],
  ['a raw @ in the password', 'rtsp://me:a@b@cam/live', 'rtsp://me:a%40b@cam/live', 'cam', 554],
  ['a raw / in the password', 'rtsp://me:a/b@cam/live', 'rtsp://me:a%2Fb@cam/live', 'cam', 554],
  ['a lone %', 'rtsp://me:50%@cam/live', 'rtsp://me:50%25@cam/live', 'cam', 554],
  ['an @ in the path', 'rtsp://cam/live@main', 'rtsp://cam/live@main', 'cam', 554],
];

for (const [why, source, url, host, port] of WRITTEN) {
  test(`reads an address with ${why}`, () => {
    const address = of(source);
    assert.deepEqual([address.url, address.host, address.port], [url, host, port]);
  });
}

test('a query may hold a token, so it is not shown', () => {
  assert.equal(of('http://cam/video?token=abc').shown, 'http://cam/video?...');
});

test('what is on no list is refused with what is', () => {
  assert.throws(() => of('ftp://cam/film'), { code: 'source-unknown' });
  assert.throws(() => of('concat://a|b'), { code: 'source-unknown' });
  assert.throws(() => of('/dev/video0'), { code: 'source-unknown' });
  assert.throws(() => of('rtsp://ca m/live'), { code: 'source-address' });
});
