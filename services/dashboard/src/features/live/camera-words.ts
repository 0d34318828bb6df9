import type { Camera, CameraCause } from '@maskwatch/contracts/camera';
import type { Tone } from '../../components/chip.tsx';
import type { IconName } from '../../components/icon.tsx';

const causes: Record<CameraCause, string> = {
  connecting: 'The connection is being made.',
  credentials: 'The camera refuses user or password. Correct them in the config.',
  name: 'The name of the camera is not known to the network. Check the address.',
  refused: 'The camera refuses connections. Check its power and the port in its address.',
  unreachable: 'No way leads to the camera. Check cable, network and power.',
  'not-found': 'The camera does not know this stream. Check the path in its address.',
  'too-many-sessions': 'The camera serves too many viewers already. Close another one.',
  codec: 'The stream has a format that cannot be decoded. Choose H.264 in the camera.',
  'no-picture': 'The connection stands, but no picture comes. Look at the camera itself.',
  timeout: 'The camera does not answer in time. Check the network.',
  ended: 'The stream has ended and is being opened again.',
  frozen: 'The same picture has come for a minute. Restart the camera.',
  damaged: 'Most pictures arrive damaged. Check cable and network of the camera.',
  'missing-device': 'The webcam is not plugged in.',
  'decoder-missing': 'ffmpeg is not installed where the service runs.',
  quarantined: 'What judges its pictures died over them three times; it rests for five minutes.',
  'vision-process': 'The vision process is starting again.',
  'no-ingest': 'No ingest watches it now; it is given to one as soon as one may have it.',
  other: 'The decoder gave up; the log of the service says why.',
};

export interface CameraWords {
  word: string;
  icon: IconName;
  tone: Tone;
  /** Why and what to do; undefined where all is well. */
  sentence: string | undefined;
}

const states = {
  live: { word: 'live', icon: 'live', tone: 'good' },
  stalled: { word: 'stalled', icon: 'pause', tone: 'bad' },
  frozen: { word: 'frozen', icon: 'snow', tone: 'bad' },
  offline: { word: 'offline', icon: 'unplugged', tone: 'bad' },
} as const;

/** What is said of a camera: its state, or that it is blind, with the cause as a sentence. */
export function wordsOfCamera(camera: Camera): CameraWords {
  const connecting = camera.state === 'offline' && camera.cause === 'connecting';
  if (connecting)
    return { word: 'connecting', icon: 'clock', tone: 'warn', sentence: causeOf(camera) };
  if (camera.state !== 'live') return { ...states[camera.state], sentence: causeOf(camera) };
  if (!camera.blind) return { ...states.live, sentence: undefined };
  const sentence =
    causeOf(camera) ?? 'No frame has been judged for a while: nothing is watched here.';
  return { word: 'blind', icon: 'blind', tone: 'bad', sentence };
}

function causeOf(camera: Camera): string | undefined {
  return camera.detail ?? (camera.cause === undefined ? undefined : causes[camera.cause]);
}
