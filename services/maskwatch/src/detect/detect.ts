import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { Box } from '@maskwatch/contracts/box';
import type { DetectedFace, DetectLine } from '@maskwatch/contracts/detection';
import { type Decoder, findDecoder } from '@maskwatch/ingest/source/decoder';
import { type FilmProbe, probeFilm } from '@maskwatch/ingest/source/film-probe';
import { systemClock } from '@maskwatch/platform/clock';
import { messageOf, Problem } from '@maskwatch/platform/problem';
import { readPicture } from '@maskwatch/training/dataset/decode-picture';
import { rgbPicture } from '@maskwatch/vision/picture';
import { counted } from '../counted.ts';
import { AnnotatedCopies } from './annotate.ts';
import { filmFrames } from './film-frames.ts';
import { inOrder } from './in-order.ts';
import { type MediaFile, mediaFiles } from './media-files.ts';
import type { PictureJudge } from './picture-judge.ts';
import { Progress } from './progress.ts';
import { jsonLine, Tally, tableRows } from './report.ts';

export interface DetectOptions {
  paths: readonly string[];
  judge: PictureJudge;
  /** Pictures under way at once. */
  atOnce: number;
  json: boolean;
  output?: string;
  rate?: number;
  stdout: Writable & { isTTY?: boolean };
  stderr: Writable & { isTTY?: boolean };
}

/** Whoever read the output has seen enough, as `| head` has: an end, not a fault. */
export class ReaderGone extends Error {}

interface Work {
  file: MediaFile;
  probe?: FilmProbe;
}

/** One run of the command over all its paths; answers whether every file could be read. */
export class DetectRun {
  readonly #options: DetectOptions;
  readonly #tally = new Tally();
  readonly #copies: AnnotatedCopies | undefined;
  #decoder: Decoder | undefined;
  #progress: Progress | undefined;
  #broken = 0;

  constructor(options: DetectOptions) {
    this.#options = options;
    this.#copies = options.output === undefined ? undefined : new AnnotatedCopies(options.output);
  }

  async run(): Promise<{ broken: number }> {
    const { paths, output, json, stderr, stdout } = this.#options;
    const found = await mediaFiles(paths, output);
    for (const { file, reason } of found.broken) this.#complain(file, reason);
    const work = await this.#probe(found.files);
    if (stderr.isTTY === true || (json && stdout.isTTY !== true)) {
      const total = work.reduce((sum, one) => sum + this.#steps(one), 0);
      this.#progress = new Progress({ stderr, clock: systemClock, total });
    }
    await this.#pictures(work);
    this.#progress?.clear();
    if (!json) await this.#say(`${this.#tally.text}${this.#rest(found.passedOver)}`);
    return { broken: this.#broken };
  }

  /** Runs of pictures go through together; a film in between is read by itself. */
  async #pictures(work: readonly Work[]): Promise<void> {
    for (let next = 0; next < work.length; ) {
      const { file, probe } = work[next]!;
      if (probe !== undefined) {
        await this.#film(file, probe);
        next += 1;
        continue;
      }
      const end = work.findIndex((one, n) => n > next && one.probe !== undefined);
      const run = work.slice(next, end === -1 ? work.length : end);
      const lines = inOrder(run, this.#options.atOnce, ({ file }) => this.#picture(file));
      for await (const line of lines) {
        if (line instanceof Problem) this.#progress?.step();
        else await this.#tell(line);
      }
      next += run.length;
    }
  }

  async #picture(file: MediaFile): Promise<DetectLine | Problem> {
    try {
      const decoded = await readPicture(file.path);
      const { data, width, height } = decoded;
      const faces = await this.#options.judge.judge(rgbPicture(data, width, height));
      await this.#copies?.write(file, decoded, faces).catch((thrown: unknown) => {
        this.#asProblem(file, thrown);
      });
      return { file: file.file, width, height, faces };
    } catch (thrown) {
      return this.#asProblem(file, thrown);
    }
  }

  async #film(file: MediaFile, probe: FilmProbe): Promise<void> {
    const { rate, atOnce, judge } = this.#options;
    const decoder = this.#decoder!;
    const frames = filmFrames({
      ...{ path: file.path, decoder, buffers: atOnce + 2 },
      ...(rate === undefined ? {} : { rate }),
    });
    const lines = inOrder(frames, atOnce, async (frame): Promise<DetectLine> => {
      try {
        const faces = await judge.judge(frame.picture);
        const { width, height } = probe;
        const ratio = width / frame.picture.width;
        return {
          file: file.file,
          ...{ frame: frame.sequence, timeMs: Math.round(frame.capturedAt) },
          ...{ width, height, faces: faces.map((face) => enlarged(face, ratio)) },
        };
      } finally {
        frame.release();
      }
    });
    try {
      for await (const line of lines) await this.#tell(line);
    } catch (thrown) {
      this.#asProblem(file, thrown);
    }
  }

  /** Asks every film for its size and length first: the time left needs them. */
  async #probe(files: readonly MediaFile[]): Promise<Work[]> {
    const work: Work[] = [];
    for (const file of files) {
      if (file.kind === 'picture') {
        work.push({ file });
        continue;
      }
      try {
        this.#decoder ??= await findDecoder();
        work.push({ file, probe: await probeFilm(this.#decoder.ffprobe, file.path) });
      } catch (thrown) {
        this.#asProblem(file, thrown);
      }
    }
    return work;
  }

  #steps({ probe }: Work): number {
    if (probe === undefined) return 1;
    const rate = this.#options.rate ?? probe.framesPerSecond;
    return Math.max(1, Math.round(((probe.durationMs ?? 0) / 1000) * rate));
  }

  async #tell(line: DetectLine): Promise<void> {
    this.#tally.add(line);
    await this.#say(this.#options.json ? jsonLine(line) : tableRows(line));
    this.#progress?.step();
  }

  async #say(text: string): Promise<void> {
    const { stdout } = this.#options;
    if (stdout.isTTY === true) this.#progress?.clear();
    if (stdout.destroyed) throw new ReaderGone();
    if (stdout.write(`${text}\n`)) return;
    await once(stdout, 'drain').catch(() => {
      throw new ReaderGone();
    });
  }

  #asProblem(file: MediaFile, thrown: unknown): Problem {
    if (!(thrown instanceof Problem)) throw thrown;
    this.#complain(file.file, [thrown.message, thrown.action].filter(Boolean).join('. '));
    return thrown;
  }

  #complain(file: string, reason: string): void {
    this.#broken += 1;
    this.#progress?.clear();
    this.#options.stderr.write(`${file}: ${messageOf(reason).replaceAll('\n', ' ')}\n`);
  }

  #rest(passedOver: number): string {
    const broken = this.#broken > 0 ? `, ${this.#broken} with a fault` : '';
    const other = passedOver > 0 ? `, ${counted(passedOver, 'other file')} passed over` : '';
    return `${broken}${other}`;
  }
}

function enlarged(face: DetectedFace, ratio: number): DetectedFace {
  const [x, y, width, height] = face.box;
  const box: Box = [x * ratio, y * ratio, width * ratio, height * ratio];
  return ratio === 1 ? face : { ...face, box };
}
