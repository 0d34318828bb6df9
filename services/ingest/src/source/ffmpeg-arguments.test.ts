import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DecoderOptions, decoderArguments, filmWriterArguments } from './ffmpeg-arguments.ts';
import { sourceAddress } from './source-address.ts';

const CODECS = 'h264,hevc,mjpeg,mpeg4,msmpeg4v2,msmpeg4,vp8,vp9,libdav1d,libaom-av1,av1';
const COMMON =
  '-nostdin -hide_banner -nostats -loglevel repeat+error -threads 1 -max_pixels 33177600 -max_streams 16';
const SCALE =
  "scale=w='max(2,trunc(iw*min(1,min(1280/iw,720/ih))/2)*2)':" +
  "h='max(2,trunc(ih*min(1,min(1280/iw,720/ih))/2)*2)':flags=area:out_range=tv";
const OUTPUT = '-sn -dn -map 0:V:0 -filter_threads 1 -fps_mode passthrough -pix_fmt yuv420p';
const END = '-f yuv4mpegpipe pipe:1';
const EVERY_FIFTH = "select='not(eq(floor(t*5),floor(prev_selected_t*5)))'";

function built(source: string, changes: Partial<DecoderOptions> = {}): string[] {
  const address = sourceAddress({ source }, { demoFilm: '/films/demo.mp4' });
  const version = { format: [59, 27] as const };
  return decoderArguments({
    address,
    version,
    rate: 5,
    maxWidth: 1280,
    maxHeight: 720,
    ...changes,
  });
}

const golden = (...parts: string[]) => parts.flatMap((part) => part.split(' '));

test('reads RTSP over TCP, video only, with a time-out on the socket', () => {
  const expected = golden(
    COMMON,
    `-protocol_whitelist rtsp,rtsps,rtp,tcp,tls -format_whitelist rtsp,sdp -codec_whitelist ${CODECS}`,
    '-probesize 1000000 -analyzeduration 2000000 -rtsp_transport tcp',
    '-allowed_media_types video -timeout 5000000 -f rtsp -i rtsp://camera/live -an',
    `-filter:v ${EVERY_FIFTH},${SCALE} ${OUTPUT} ${END}`,
  );
  assert.deepEqual(built('rtsp://camera/live'), expected);
});

test('reads MJPEG over HTTP in arrival time, without following redirects', () => {
  const expected = golden(
    COMMON,
    '-protocol_whitelist http,https,tcp,tls -format_whitelist mpjpeg -codec_whitelist mjpeg',
    '-probesize 1000000 -analyzeduration 2000000 -use_wallclock_as_timestamps 1',
    '-max_redirects 0 -rw_timeout 5000000 -f mpjpeg -i http://camera/video.mjpg -an',
    `-filter:v ${EVERY_FIFTH},${SCALE} ${OUTPUT} ${END}`,
  );
  assert.deepEqual(built('http://camera/video.mjpg'), expected);
});

test('reads a webcam by the name that stays with it', () => {
  const expected = golden(
    COMMON,
    '-protocol_whitelist file -format_whitelist v4l2,video4linux2',
    '-codec_whitelist rawvideo,mjpeg,h264 -use_wallclock_as_timestamps 1 -f v4l2',
    `-i /dev/v4l/by-id/usb-cam-video-index0 -an -filter:v ${EVERY_FIFTH},${SCALE} ${OUTPUT} ${END}`,
  );
  assert.deepEqual(built('/dev/v4l/by-id/usb-cam-video-index0'), expected);
});

test('reads a film on the grid of the rate, and nothing but local films', () => {
  const expected = golden(
    COMMON,
    `-protocol_whitelist file -format_whitelist mov,matroska,mpegts,avi -codec_whitelist ${CODECS}`,
    `-i file:/films/a.mp4 -an -filter:v fps=5,${SCALE} ${OUTPUT} ${END}`,
  );
  assert.deepEqual(built('/films/a.mp4'), expected);
});

test('reads every picture of a film when no rate is given', () => {
  const address = sourceAddress({ source: '/films/a.mp4' }, { demoFilm: '' });
  const version = { format: [59, 27] as const };
  const args = decoderArguments({ address, version, maxWidth: 1280, maxHeight: 720 });
  assert.equal(args[args.indexOf('-filter:v') + 1], SCALE);
});

test('plays the demo film at its own pace and without an end', () => {
  const expected = golden(
    COMMON,
    '-re -stream_loop -1',
    `-protocol_whitelist file -format_whitelist mov,matroska,mpegts,avi -codec_whitelist ${CODECS}`,
    `-i file:/films/demo.mp4 -an -filter:v ${EVERY_FIFTH},${SCALE} ${OUTPUT} ${END}`,
  );
  assert.deepEqual(built('demo'), expected);
});

test('uses the names that options had before ffmpeg 5', () => {
  const args = built('rtsp://camera/live', { version: { format: [58, 76] } });
  assert.ok(args.includes('-stimeout') && args.includes('-vsync'));
  assert.ok(!args.includes('-timeout') && !args.includes('-fps_mode'));
});

test('keeps one address one argument, however it looks', () => {
  const args = built('rtsp://camera/live -y /etc/passwd');
  assert.ok(args.includes('rtsp://camera/live -y /etc/passwd'));
  assert.equal(args.filter((arg) => arg === '-y').length, 0);
});

test('writes pictures from a pipe beside the untouched sound of their film', () => {
  const options = { film: '/films/a.mov', target: '/out/a.mov', format: 'mov' } as const;
  assert.deepEqual(
    filmWriterArguments({ ...options, width: 640, height: 360, framesPerSecond: 29.97 }),
    golden(
      '-y -hide_banner -nostats -loglevel error -f rawvideo -pix_fmt rgb24 -s 640x360',
      '-framerate 29.97 -i pipe:0 -protocol_whitelist file',
      '-format_whitelist mov,matroska,mpegts,avi -i file:/films/a.mov',
      '-map 0:v:0 -map 1:a? -c:a copy -map_metadata -1',
      '-c:v libx264 -preset veryfast -crf 20 -pix_fmt yuv420p -movflags +faststart',
      '-f mov file:/out/a.mov',
    ),
  );
});
