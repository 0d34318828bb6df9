import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sourceFault, sourceKind, takeCredentials } from './camera-source.ts';

test('every source is of one kind', () => {
  assert.equal(sourceKind('demo'), 'demo');
  assert.equal(sourceKind('rtsp://door/1'), 'rtsp');
  assert.equal(sourceKind('RTSPS://door/1'), 'rtsp');
  assert.equal(sourceKind('http://door/video.cgi'), 'mjpeg');
  assert.equal(sourceKind('/dev/v4l/by-id/usb-cam'), 'webcam');
  assert.equal(sourceKind('films/door.mp4'), 'file');
});

test('a source that cannot be read is named with what is allowed', () => {
  assert.match(sourceFault('ftp://door/1') ?? '', /over "ftp"; allowed: demo, rtsp:/);
  assert.match(sourceFault('/dev/video0') ?? '', /by-id/);
  assert.equal(sourceFault('rtsp://[fd00::1]:554/a?b=c'), undefined);
});

test('a broken address is named without its credentials', () => {
  const sources = ['guard:s3cret@door:port/1', 'guard:s3cret', 'guard:s3cret@/1?k=s3cret'];
  const faults = sources.map((rest) => sourceFault(`rtsp://${rest}`) ?? 'none');

  for (const fault of faults) assert.match(fault, /write it as rtsp:\/\/HOST:PORT\/PATH/);
  assert.doesNotMatch(faults.join(), /s3cret|guard/);
});

test('takes user and password out of an address, whatever they are made of', () => {
  const take = (source: string) => Object.values(takeCredentials(source));

  assert.deepEqual(take('rtsp://door/1?a=b@c'), ['rtsp://door/1?a=b@c']);
  assert.deepEqual(take('rtsp://guard:a%40b@door:554/1'), ['rtsp://door:554/1', 'guard', 'a@b']);
  assert.deepEqual(take('rtsp://guard:a/b#c@door/1'), ['rtsp://door/1', 'guard', 'a/b#c']);
  assert.deepEqual(take('rtsp://guard:a@b@door/1'), ['rtsp://door/1', 'guard', 'a@b']);
  assert.deepEqual(take('http://guard:100%@door/1'), ['http://door/1', 'guard', '100%']);
  assert.deepEqual(take('http://guard@door/1'), ['http://door/1', 'guard']);
});
