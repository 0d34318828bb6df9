/**
 * The one place that knows ffmpeg's options. fluent-ffmpeg puts the array together; the child is
 * ours. Everything comes from closed lists: no text of a user is ever an option.
 */
import ffmpeg from 'fluent-ffmpeg';
import type { SourceAddress } from './source-address.ts';

/** What differs between releases of ffmpeg, from the version of libavformat. */
export interface FfmpegVersion {
  /** libavformat, for example [59, 27]. */
  format: readonly [number, number];
}

export interface DecoderOptions {
  address: SourceAddress;
  version: FfmpegVersion;
  /** Frames a second; absent: every frame of a film. */
  rate?: number;
  maxWidth: number;
  maxHeight: number;
  /** ffmpeg's own time-out on a silent network source. */
  timeoutMs?: number;
}

/** Shorter than the owner's 10 s, so that a dead connection is tried again before it is a fault. */
const NETWORK_TIMEOUT_MS = 5000;
/** 7680 x 4320: what is larger is refused before it is decoded (a 2 MB JPEG can hold 12000 x 12000). */
const MAX_PIXELS = 7680 * 4320;

const VIDEO_CODECS = 'h264,hevc,mjpeg,mpeg4,msmpeg4v2,msmpeg4,vp8,vp9,libdav1d,libaom-av1,av1';

/**
 * Averages what becomes one pixel, as the models' own preparation does: small faces neither shimmer
 * nor vanish. At 1080p to 720p no other scaler is cheaper (docs/adr/0001).
 */
const SCALER = 'area';

/**
 * ffmpeg's whole argument array: one yuv420p picture after another as YUV4MPEG2 on stdout. That
 * format names the size before the first picture, so no second connection asks for it.
 */
export function decoderArguments(options: DecoderOptions): string[] {
  const { address } = options;
  const command = ffmpeg()
    .input(address.kind === 'file' || address.kind === 'demo' ? `file:${address.url}` : address.url)
    .inputOptions([
      // "repeat": else "Last message repeated 9 times" stands for damage, and comes too late.
      ...['-nostdin', '-hide_banner', '-nostats', '-loglevel', 'repeat+error', '-threads', '1'],
      ...['-max_pixels', String(MAX_PIXELS), '-max_streams', '16'],
      ...kindOptions(options),
    ])
    .noAudio()
    .outputOptions(['-sn', '-dn', '-map', '0:V:0', '-filter_threads', '1'])
    .outputOptions([...passthrough(options.version), '-pix_fmt', 'yuv420p'])
    .videoFilters([...pace(options), scale(options)])
    .outputFormat('yuv4mpegpipe')
    .output('pipe:1');
  return argumentsOf(command);
}

export interface FilmWriterOptions {
  /** The film that the pictures came from: its sound is taken over as it is. */
  film: string;
  /** Where the new film is written; an older one there is replaced. */
  target: string;
  format: 'mp4' | 'mov' | 'matroska';
  /** Of the pictures, even sides. */
  width: number;
  height: number;
  framesPerSecond: number;
}

/** ffmpeg's whole argument array: interleaved RGB on stdin becomes H.264 beside the film's sound. */
export function filmWriterArguments(options: FilmWriterOptions): string[] {
  const { film, target, format, width, height, framesPerSecond } = options;
  const command = ffmpeg()
    .input('pipe:0')
    .inputOptions([
      ...['-y', '-hide_banner', '-nostats', '-loglevel', 'error'],
      ...['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${width}x${height}`],
      ...['-framerate', String(framesPerSecond)],
    ])
    .input(`file:${film}`)
    .inputOptions(['-protocol_whitelist', 'file', '-format_whitelist', 'mov,matroska,mpegts,avi'])
    .outputOptions(['-map', '0:v:0', '-map', '1:a?', '-c:a', 'copy', '-map_metadata', '-1'])
    .outputOptions(['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '20', '-pix_fmt', 'yuv420p'])
    .outputOptions(format === 'matroska' ? [] : ['-movflags', '+faststart'])
    .outputFormat(format)
    .output(`file:${target}`);
  return argumentsOf(command);
}

/**
 * Not public, but the only part of the library that we want: its own start and stop of the child
 * lose signals and leak credentials.
 */
function argumentsOf(command: ReturnType<typeof ffmpeg>): string[] {
  return (command as unknown as { _getArguments(): string[] })._getArguments();
}

function kindOptions({ address, version, timeoutMs = NETWORK_TIMEOUT_MS }: DecoderOptions) {
  const microseconds = String(timeoutMs * 1000);
  // Their packets have no time, or one that is made up: 25 a second. RTSP has the camera's own, by
  // which a backlog can be told from the stream's pace.
  const live = ['-use_wallclock_as_timestamps', '1'];
  const probe = ['-probesize', '1000000', '-analyzeduration', '2000000'];
  switch (address.kind) {
    case 'rtsp':
      return [
        ...['-protocol_whitelist', 'rtsp,rtsps,rtp,tcp,tls', '-format_whitelist', 'rtsp,sdp'],
        ...['-codec_whitelist', VIDEO_CODECS, ...probe],
        ...['-rtsp_transport', 'tcp', '-allowed_media_types', 'video'],
        // Renamed in libavformat 59; the other name is refused as an unknown option.
        ...[version.format[0] >= 59 ? '-timeout' : '-stimeout', microseconds, '-f', 'rtsp'],
      ];
    case 'mjpeg':
      return [
        ...['-protocol_whitelist', 'http,https,tcp,tls', '-format_whitelist', 'mpjpeg'],
        ...['-codec_whitelist', 'mjpeg', ...probe, ...live],
        ...['-max_redirects', '0', '-rw_timeout', microseconds, '-f', 'mpjpeg'],
      ];
    case 'webcam':
      return [
        ...['-protocol_whitelist', 'file', '-format_whitelist', 'v4l2,video4linux2'],
        ...['-codec_whitelist', 'rawvideo,mjpeg,h264', ...live, '-f', 'v4l2'],
      ];
    case 'demo':
      return ['-re', '-stream_loop', '-1', ...filmOptions];
    case 'file':
      return filmOptions;
  }
}

/** By content, not by name: a film is often called wrongly, and a playlist is refused either way. */
const filmOptions = [
  ...['-protocol_whitelist', 'file', '-format_whitelist', 'mov,matroska,mpegts,avi'],
  ...['-codec_whitelist', VIDEO_CODECS],
];

/** ffmpeg's own pacing would repeat pictures after a gap. */
function passthrough({ format: [major, minor] }: FfmpegVersion): string[] {
  const renamed = major > 59 || (major === 59 && minor >= 27);
  return [renamed ? '-fps_mode' : '-vsync', 'passthrough'];
}

/** Before the scaler, so that only pictures that are looked at are scaled. */
function pace({ address, rate }: DecoderOptions): string[] {
  if (rate === undefined) return [];
  // A film's n-th picture is due at n / rate, and the seams must be filled.
  if (address.kind === 'file') return [`fps=${rate}`];
  // Of each 1/rate seconds the first picture, at once: "fps" holds it back until the next one
  // arrives and repeats it over a gap (docs/adr/0002). "Not the same" survives a clock step.
  return [`select='not(eq(floor(t*${rate}),floor(prev_selected_t*${rate})))'`];
}

/** Fits into the maximum, never larger than the source, even sides; limited range. */
function scale({ maxWidth, maxHeight }: DecoderOptions): string {
  const ratio = `min(1,min(${maxWidth}/iw,${maxHeight}/ih))`;
  const side = (name: string) => `'max(2,trunc(${name}*${ratio}/2)*2)'`;
  return `scale=w=${side('iw')}:h=${side('ih')}:flags=${SCALER}:out_range=tv`;
}
