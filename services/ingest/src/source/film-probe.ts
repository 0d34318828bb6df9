/** What a film is, from ffprobe: films alone are asked, for a camera it would be one connection more. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { messageOf, Problem } from '@maskwatch/platform/problem';
import { failureReason } from './failure-reason.ts';

export interface FilmProbe {
  /** As shown: rotation is obeyed. */
  width: number;
  height: number;
  framesPerSecond: number;
  /** Absent where the container does not say. */
  durationMs?: number;
  /** Of the pictures alone, where the container says it apart: no sound makes it longer. */
  picturesMs?: number;
  codec: string;
}

/** The part of ffprobe's JSON that is asked for below. */
interface Answer {
  streams?: {
    codec_name?: string;
    width: number;
    height: number;
    avg_frame_rate: string;
    r_frame_rate: string;
    duration?: string;
    side_data_list?: { rotation?: number }[];
  }[];
  format?: { duration?: string };
}

/** Throws Problem `film-unreadable` with the cause as a sentence. */
export async function probeFilm(ffprobe: string, path: string): Promise<FilmProbe> {
  const args = [
    ...['-v', 'error', '-protocol_whitelist', 'file'],
    ...['-format_whitelist', 'mov,matroska,mpegts,avi', '-select_streams', 'V:0'],
    ...['-show_entries', 'stream=codec_name,width,height,avg_frame_rate,r_frame_rate,duration'],
    ...['-show_entries', 'stream_side_data=rotation', '-show_entries', 'format=duration'],
    ...['-of', 'json', `file:${path}`],
  ];
  try {
    const { stdout } = await promisify(execFile)(ffprobe, args, { timeout: 30_000 });
    return film(JSON.parse(stdout) as Answer);
  } catch (thrown) {
    throw unreadable(path, thrown);
  }
}

function film({ streams = [], format = {} }: Answer): FilmProbe {
  const stream = streams[0];
  if (stream === undefined) throw new Error('there is no picture in it');
  const rotation =
    stream.side_data_list?.find((data) => data.rotation !== undefined)?.rotation ?? 0;
  const sideways = Math.abs(rotation) % 180 === 90;
  const pictures = Number(stream.duration ?? Number.NaN);
  const seconds = Number(stream.duration ?? format.duration ?? Number.NaN);
  return {
    width: sideways ? stream.height : stream.width,
    height: sideways ? stream.width : stream.height,
    framesPerSecond: ratio(stream.avg_frame_rate) ?? ratio(stream.r_frame_rate) ?? 25,
    ...(Number.isFinite(seconds) ? { durationMs: seconds * 1000 } : {}),
    ...(Number.isFinite(pictures) ? { picturesMs: pictures * 1000 } : {}),
    codec: stream.codec_name ?? 'unknown',
  };
}

/** "30000/1001"; undefined for "0/0". */
function ratio(text: string): number | undefined {
  const [over, under] = text.split('/').map(Number);
  const value = over! / (under ?? 1);
  return Number.isFinite(value) && value > 0 ? value : undefined;
}

function unreadable(path: string, thrown: unknown): Problem {
  const stderr = thrown instanceof Error && 'stderr' in thrown ? String(thrown.stderr) : '';
  const lines = stderr.split('\n').filter((line) => line !== '');
  const why = lines.length > 0 ? failureReason(lines).detail : undefined;
  return new Problem('film-unreadable', `${path} cannot be read as a film`, {
    action:
      why ?? 'Films are mp4, mov, mkv, webm, ts or avi with a picture that ffmpeg can decode.',
    cause: lines.length > 0 ? lines.join('; ') : messageOf(thrown),
  });
}
