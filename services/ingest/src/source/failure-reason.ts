/** From the last lines of ffmpeg's stderr to the cause, and the sentence that says what to do. */
import type { CameraCause } from '@maskwatch/contracts/camera';

export interface FailureReason {
  cause: CameraCause;
  detail: string;
}

/** First match wins: the more exact the line, the higher it stands. */
const REASONS: readonly [RegExp, CameraCause, string][] = [
  [
    /\b(401|403)\b|Unauthorized|Forbidden/i,
    'credentials',
    'The camera refuses user or password. Check user and password of this camera in the config.',
  ],
  [
    /\b453\b|Not Enough Bandwidth|\b503\b|Service Unavailable/i,
    'too-many-sessions',
    'The camera serves no more viewers. Close other programs that watch it, or read its substream.',
  ],
  [
    /Failed to resolve hostname|Name or service not known|Temporary failure in name resolution/i,
    'name',
    'The name in the address is not known. Check its spelling and the name server.',
  ],
  [
    /Connection refused/i,
    'refused',
    'The machine is there, but nothing listens on this port. Check the port, and that the camera serves video.',
  ],
  [
    /No route to host|Network is unreachable|Host is down/i,
    'unreachable',
    'There is no way to this address. Check the cable, the network and the address.',
  ],
  [
    /\b404 Not Found/i,
    'not-found',
    'The camera does not know this path. Look the path of its stream up in its manual.',
  ],
  [
    /No such (file or directory|device)/i,
    'missing-device',
    'There is no such file or webcam. Check the path, and that the webcam is plugged in.',
  ],
  [
    /matches no streams|does not contain any stream|Output file .* does not contain/i,
    'no-picture',
    'The stream holds no picture. Check that its path is the one of the video.',
  ],
  [
    /not on whitelist|Unknown decoder|Decoder .* not found|Could not find codec|no decoder found/i,
    'codec',
    'The stream is in a format that is not read. Set the camera to H.264, H.265 or MJPEG.',
  ],
  [
    /max pixel count|Picture size .* is invalid|Could not find codec parameters/i,
    'no-picture',
    'The picture is missing, damaged or larger than 7680x4320. Lower the resolution of the camera.',
  ],
  [
    /timed out/i,
    'timeout',
    'The camera stopped answering. Check its power and the network; it is tried again by itself.',
  ],
  [
    // What ffmpeg says of RTSP whose first answer does not come in time, and of nothing else.
    /^rtsps?:.*Invalid data found/,
    'timeout',
    'The camera does not answer as an RTSP camera. Check the port, and restart the camera.',
  ],
  [
    /returned [45]XX/,
    'other',
    'The camera answers with an error. Check the address, and look into the log of the camera.',
  ],
  [
    /failed to execute|ENOENT|decoder-missing/i,
    'decoder-missing',
    'ffmpeg is not installed. Install it (Debian, Ubuntu: "apt-get install ffmpeg") and start again.',
  ],
  [
    /Invalid data found|Protocol not found|Invalid argument|Expected boundary/i,
    'other',
    'What comes is no video that can be read. Check the address, and that the camera sends H.264, H.265 or MJPEG.',
  ],
];

const ENDED: FailureReason = {
  cause: 'ended',
  detail: 'The camera ended the connection. It is tried again by itself.',
};

/** `lines` are without credentials; the newest line that says something decides. */
export function failureReason(lines: readonly string[]): FailureReason {
  for (const [pattern, cause, detail] of REASONS) {
    if (lines.some((line) => pattern.test(line))) return { cause, detail };
  }
  return ENDED;
}
