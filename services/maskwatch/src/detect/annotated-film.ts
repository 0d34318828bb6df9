import { once } from 'node:events';
import { rename, rm } from 'node:fs/promises';
import { extname } from 'node:path';
import { filmWriterArguments } from '@maskwatch/ingest/source/ffmpeg-arguments';
import { type Child, startChild } from '@maskwatch/platform/child-process';
import { systemClock } from '@maskwatch/platform/clock';
import { Problem } from '@maskwatch/platform/problem';
import type { RgbImage } from '@maskwatch/vision/colour';

/** Containers that hold H.264 and whatever sound came in them; everything else becomes Matroska. */
const formats: Record<string, 'mp4' | 'mov'> = { '.mp4': 'mp4', '.m4v': 'mp4', '.mov': 'mov' };

/** The name that the annotated film gets for a film's own. */
export function annotatedName(film: string): string {
  const extension = extname(film);
  if (extension.toLowerCase() in formats) return film;
  return `${film.slice(0, film.length - extension.length)}.mkv`;
}

export interface AnnotatedFilmOptions {
  ffmpeg: string;
  film: string;
  /** As `annotatedName` says. */
  target: string;
  framesPerSecond: number;
}

/** Pictures become a film beside the sound of the one that they came from. */
export class AnnotatedFilm {
  readonly #options: AnnotatedFilmOptions;
  #child: Child | undefined;

  constructor(options: AnnotatedFilmOptions) {
    this.#options = options;
  }

  /** The next picture; waits while ffmpeg is behind. Problem output-unwritable where it has ended. */
  async write({ data, width, height }: RgbImage): Promise<void> {
    this.#child ??= this.#start(width, height);
    const stdin = this.#child.stdin!;
    if (stdin.destroyed) throw this.#fault();
    if (stdin.write(data)) return;
    const written = await Promise.race([
      once(stdin, 'drain').then(
        () => true,
        () => false,
      ),
      this.#child.ended.then(() => false),
    ]);
    if (!written) throw this.#fault();
  }

  /** The film appears under its name when it is whole. Problem output-unwritable. */
  async finish(): Promise<void> {
    if (this.#child === undefined) return;
    this.#child.stdin!.end();
    const { code } = await this.#child.ended;
    if (code !== 0) throw this.#fault();
    await rename(this.#part, this.#options.target);
  }

  /** Leaves nothing behind. */
  async abandon(): Promise<void> {
    await this.#child?.stop();
    await rm(this.#part, { force: true });
  }

  get #part(): string {
    return `${this.#options.target}.part`;
  }

  #start(width: number, height: number): Child {
    const { ffmpeg, film, target, framesPerSecond } = this.#options;
    const format = formats[extname(target).toLowerCase()] ?? 'matroska';
    const child = startChild({
      command: ffmpeg,
      args: filmWriterArguments({
        ...{ film, target: this.#part, format },
        ...{ width, height, framesPerSecond },
      }),
      clock: systemClock,
      stdin: 'pipe',
    });
    // A child that has ended is noticed by its end; the broken pipe says nothing more.
    child.stdin!.on('error', () => undefined);
    return child;
  }

  #fault(): Problem {
    const why = this.#child?.lastLines().at(-1) ?? 'ffmpeg ended';
    return new Problem('output-unwritable', `${this.#options.target} cannot be written: ${why}`);
  }
}
