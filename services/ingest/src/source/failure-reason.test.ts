import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CameraCause } from '@maskwatch/contracts/camera';
import { failureReason } from './failure-reason.ts';

/** Recorded from ffmpeg 5.1 with this project's own arguments, credentials removed as there. */
const RECORDED: [why: string, cause: CameraCause, ...lines: string[]][] = [
  [
    'RTSP with a wrong password',
    'credentials',
    '[rtsp @ 0x55ec06f95fc0] method DESCRIBE failed: 401 Unauthorized',
    'rtsp://***@127.0.0.1:45589/live: Server returned 401 Unauthorized (authorization failed)',
  ],
  [
    'HTTP with a user who may not look',
    'credentials',
    'http://***@127.0.0.1:34297/live: Server returned 403 Forbidden (access denied)',
  ],
  [
    'RTSP with an unknown path',
    'not-found',
    '[rtsp @ 0x556f02e62fc0] method DESCRIBE failed: 404 Not Found',
    'rtsp://***@127.0.0.1:45589/other: Server returned 404 Not Found',
  ],
  [
    'HTTP with an unknown path',
    'not-found',
    'http://127.0.0.1:33365/live: Server returned 404 Not Found',
  ],
  [
    'RTSP with too many viewers',
    'too-many-sessions',
    '[rtsp @ 0x5567c7f1efc0] method DESCRIBE failed: 453 Not Enough Bandwidth',
    'rtsp://***@127.0.0.1:40329/live: Server returned 4XX Client Error, but not one of 40{0,1,3,4}',
  ],
  [
    'a port on which nothing listens',
    'refused',
    '[tcp @ 0x562294907580] Connection to tcp://127.0.0.1:1?timeout=700000 failed: Connection refused',
    'rtsp://127.0.0.1:1/live: Connection refused',
  ],
  [
    'an unknown name',
    'name',
    '[tcp @ 0x559082b80580] Failed to resolve hostname no-such-camera.invalid: Name or service not known',
    'rtsp://no-such-camera.invalid/live: Input/output error',
  ],
  [
    'RTSP that takes the connection and never answers',
    'timeout',
    'rtsp://127.0.0.1:45811/live: Invalid data found when processing input',
  ],
  [
    'a stream that falls silent; ffmpeg leaves with code 0',
    'timeout',
    'http://127.0.0.1:37835/: Connection timed out',
  ],
  [
    'an HTTP camera that ends the stream',
    'ended',
    '[http @ 0x5610ab28df40] Stream ends prematurely at 358354, should be 18446744073709551615',
    'http://127.0.0.1:40367/: Input/output error',
  ],
  [
    'bytes between the parts of a multipart stream',
    'other',
    "[mpjpeg @ 0x56244a766f80] Expected boundary '--' not found, instead found a line of 127 bytes",
    'http://127.0.0.1:40741/: Invalid data found when processing input',
  ],
  [
    'a playlist instead of a stream',
    'other',
    'http://127.0.0.1:33831/: Invalid data found when processing input',
  ],
  [
    'an HTTP camera in trouble',
    'other',
    'http://***@127.0.0.1:45891/live: Server returned 5XX Server Error reply',
  ],
  [
    'text that is called a film: "not found" is no missing path',
    'other',
    '[mov,mp4,m4a,3gp,3g2,mj2 @ 0x55ff68326f80] moov atom not found',
    'file:text.mp4: Invalid data found when processing input',
  ],
  [
    'a list of other files that is called a film',
    'codec',
    "[concat @ 0x55706e8d2f80] Format not on whitelist 'mov,matroska,mpegts,avi'",
    'file:list.mp4: Invalid argument',
  ],
  [
    'sound without a picture',
    'no-picture',
    "[aac @ 0x55ab50d806c0] Codec (aac) not on whitelist 'h264,hevc'",
    "Stream map '0:V:0' matches no streams.",
    "To ignore this, add a trailing '?' to the map.",
  ],
  [
    'a codec that is not on the list',
    'codec',
    "[mpeg2video @ 0x5583d4c9a740] Codec (mpeg2video) not on whitelist 'h264,hevc'",
    'Error while opening decoder for input stream #0:0 : Invalid argument',
  ],
  [
    'a picture of 12000 x 12000',
    'no-picture',
    '[mjpeg @ 0x55f54b4af8c0] [IMGUTILS @ 0x7ffc220fb250] Picture size 12000x12000 exceeds specified max pixel count 33177600, see the documentation if you wish to increase it',
  ],
  [
    'a webcam that is unplugged',
    'missing-device',
    '[video4linux2,v4l2 @ 0x56421fb72f40] Cannot open video device /dev/v4l/by-id/none: No such file or directory',
  ],
  ['no ffmpeg', 'decoder-missing', 'spawn ffmpeg ENOENT'],
  ['a camera that closes without a word', 'ended'],
];

for (const [why, cause, ...lines] of RECORDED) {
  test(`names the cause "${cause}" of ${why}`, () => {
    assert.equal(failureReason(lines).cause, cause);
  });
}
