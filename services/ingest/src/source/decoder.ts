/** Which ffmpeg there is and what it can do: asked once, when the service starts or by `doctor`. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findProgram } from '@maskwatch/platform/child-process';
import { messageOf, Problem } from '@maskwatch/platform/problem';
import type { FfmpegVersion } from './ffmpeg-arguments.ts';

export interface Decoder {
  ffmpeg: string;
  ffprobe: string;
  /** As ffmpeg names its release, for people. */
  release: string;
  version: FfmpegVersion;
  /** Names of the film list that this build cannot decode. */
  missing: string[];
}

/** What a film or camera may hold, each with the names of its decoders. */
const CODECS: Record<string, string[]> = {
  h264: ['h264'],
  hevc: ['hevc'],
  mjpeg: ['mjpeg'],
  mpeg4: ['mpeg4'],
  msmpeg4v2: ['msmpeg4v2'],
  msmpeg4v3: ['msmpeg4'],
  vp8: ['vp8'],
  vp9: ['vp9'],
  // The one called av1 needs a graphics card.
  av1: ['libdav1d', 'libaom-av1'],
};

const run = promisify(execFile);

/** Throws Problem `decoder-missing` or `decoder-unusable`. */
export async function findDecoder(path = process.env.PATH ?? ''): Promise<Decoder> {
  const ffmpeg = findProgram('ffmpeg', path);
  const ffprobe = findProgram('ffprobe', path);
  if (ffmpeg === undefined || ffprobe === undefined) {
    throw new Problem('decoder-missing', `${ffmpeg ? 'ffprobe' : 'ffmpeg'} is not on PATH`, {
      action: 'Install ffmpeg 4.4 or newer (Debian, Ubuntu: "apt-get install ffmpeg").',
    });
  }
  const { version, release, decoders } = await ask(ffmpeg);
  const missing = Object.entries(CODECS)
    .filter(([, names]) => !names.some((name) => decoders.has(name)))
    .map(([codec]) => codec);
  return { ffmpeg, ffprobe, version, release, missing };
}

async function ask(ffmpeg: string) {
  try {
    const limits = { timeout: 10_000, maxBuffer: 1_000_000 };
    const about = (await run(ffmpeg, ['-version'], limits)).stdout;
    const list = (await run(ffmpeg, ['-hide_banner', '-decoders'], limits)).stdout;
    return { ...parseVersion(about), decoders: parseDecoders(list) };
  } catch (thrown) {
    if (thrown instanceof Problem) throw thrown;
    throw unusable(ffmpeg, messageOf(thrown), thrown);
  }
}

/** Releases and builds of a day alike name the version of libavformat. */
export function parseVersion(about: string): { version: FfmpegVersion; release: string } {
  const release = /^ffmpeg version (\S+)/m.exec(about)?.[1] ?? 'unknown';
  const match = /^libavformat\s+(\d+)\.\s*(\d+)/m.exec(about);
  if (match === null) throw unusable('ffmpeg', 'it names no version of libavformat');
  const format = [Number(match[1]), Number(match[2])] as const;
  if (format[0] < 58) throw unusable('ffmpeg', `its release ${release} is too old`);
  return { version: { format }, release };
}

export function parseDecoders(list: string): Set<string> {
  return new Set(Array.from(list.matchAll(/^ V\S{5} (\S+)/gm), (match) => match[1]!));
}

function unusable(program: string, why: string, cause?: unknown): Problem {
  return new Problem('decoder-unusable', `${program} cannot be used: ${why}`, {
    action: 'Install ffmpeg 4.4 or newer from your distribution and run "maskwatch doctor".',
    cause,
  });
}
