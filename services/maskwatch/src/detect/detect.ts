import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { Box } from '@maskwatch/contracts/box';
import type { DetectedFace, DetectLine } from '@maskwatch/contracts/detection';
import { type Decoder, findDecoder } from '@maskwatch/ingest/source/decoder';
import { type FilmProbe, probeFilm } from '@maskwatch/ingest/source/film-probe';
import type { Frame } from '@maskwatch/ingest/source/frame-source';
import { systemClock } from '@maskwatch/platform/clock';
import { messageOf, Problem } from '@maskwatch/platform/problem';
import { readPicture } from '@maskwatch/training/dataset/decode-picture';
import type { RgbImage } from '@maskwatch/vision/colour';
import { type Picture, rgbPicture } from '@maskwatch/vision/picture';
import { counted } from '../counted.ts';
import type { AnnotatedFilm } from './annotated-film.ts';
import { ContactSheet } from './contact-sheet.ts';
import { Copies } from './copies.ts';
import { drawn } from './drawing.ts';
import { filmFrames } from './film-frames.ts';
import { inOrder } from './in-order.ts';
import { type LineFormat, type LineFormatName, lineFormats } from './line-format.ts';
import { type MediaFile, mediaFiles } from './media-files.ts';
import type { PictureJudge } from './picture-judge.ts';
import { Progress } from './progress.ts';
import { Tally } from './report.ts';

export interface DetectOptions {
  paths: readonly string[];
  judge: PictureJudge;
  /** Pictures under way at once. */
  atOnce: number;
  format: LineFormatName;
  /** Faces are told and drawn from this confidence on. */
  minConfidence: number;
  /** Folder of the copies with boxes. */
  output?: string;
  /** Every face that the judge finds is pixelated on the copies. */
  blur: boolean;
  /** File of the contact sheet. */
  sheet?: string;
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
  readonly #format: LineFormat;
  readonly #copies: Copies | undefined;
  readonly #sheet: ContactSheet | undefined;
  #decoder: Decoder | undefined;
  #progress: Progress | undefined;
  #broken = 0;

  constructor(options: DetectOptions) {
    this.#options = options;
    this.#format = lineFormats[options.format]();
    this.#copies = options.output === undefined ? undefined : new Copies(options.output);
    this.#sheet = options.sheet === undefined ? undefined : new ContactSheet();
  }

  async run(): Promise<{ broken: number }> {
    const { paths, output, format, stderr, stdout } = this.#options;
    const found = await mediaFiles(paths, output);
    for (const { file, reason } of found.broken) this.#complain(file, reason);
    const work = await this.#probe(found.files);
    if (stderr.isTTY === true || (format !== 'table' && stdout.isTTY !== true)) {
      const total = work.reduce((sum, one) => sum + this.#steps(one), 0);
      this.#progress = new Progress({ stderr, clock: systemClock, total });
    }
    if (this.#format.head !== undefined) await this.#say(this.#format.head);
    await this.#pictures(work);
    this.#progress?.clear();
    if (this.#format.tail !== undefined) await this.#say(this.#format.tail());
    if (format === 'table') await this.#say(`${this.#tally.text}${this.#rest(found.passedOver)}`);
    await this.#writeSheet();
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
      const { data, width, height } = await readPicture(file.path);
      const picture = rgbPicture(data, width, height);
      const { told, found } = await this.#judge(picture);
      const line = { file: file.file, width, height, faces: told };
      await this.#sheet?.add(picture, line);
      await this.#copies
        ?.writePicture(file, this.#draw(picture, told, found))
        .catch((thrown: unknown) => this.#asProblem(file, thrown));
      return line;
    } catch (thrown) {
      return this.#asProblem(file, thrown);
    }
  }

  async #film(file: MediaFile, probe: FilmProbe): Promise<void> {
    const { rate, atOnce } = this.#options;
    const decoder = this.#decoder!;
    let copy: AnnotatedFilm | undefined;
    const frames = filmFrames({
      ...{ path: file.path, decoder, buffers: atOnce + 2 },
      ...(rate === undefined ? {} : { rate }),
    });
    const judged = inOrder(frames, atOnce, (frame) => this.#frame(frame, { file, probe }));
    try {
      copy = await this.#copies?.openFilm(file, {
        ffmpeg: decoder.ffmpeg,
        framesPerSecond: rate ?? probe.framesPerSecond,
      });
      for await (const { line, image } of judged) {
        if (image !== undefined) await copy?.write(image);
        await this.#tell(line);
      }
      await copy?.finish();
    } catch (thrown) {
      await copy?.abandon();
      this.#asProblem(file, thrown);
    }
  }

  async #frame(
    frame: Frame,
    { file, probe: { width, height } }: { file: MediaFile; probe: FilmProbe },
  ): Promise<{ line: DetectLine; image?: RgbImage }> {
    try {
      const { told, found } = await this.#judge(frame.picture);
      const ratio = width / frame.picture.width;
      const line = {
        file: file.file,
        ...{ frame: frame.sequence, timeMs: Math.round(frame.capturedAt) },
        ...{ width, height, faces: told.map((face) => enlarged(face, ratio)) },
      };
      await this.#sheet?.add(frame.picture, line);
      if (this.#copies === undefined) return { line };
      return { line, image: this.#draw(frame.picture, told, found) };
    } finally {
      frame.release();
    }
  }

  /** With `blur` the judge also finds faces that are too weak to be told. */
  async #judge(picture: Picture): Promise<{ told: DetectedFace[]; found: DetectedFace[] }> {
    const found = await this.#options.judge.judge(picture);
    const told = found.filter(({ confidence }) => confidence >= this.#options.minConfidence);
    return { told, found };
  }

  #draw(picture: Picture, faces: DetectedFace[], found: DetectedFace[]): RgbImage {
    return drawn(picture, { faces, blurred: this.#options.blur ? found : [] });
  }

  async #writeSheet(): Promise<void> {
    const { sheet, stderr } = this.#options;
    if (sheet === undefined || this.#sheet === undefined) return;
    const { shown, left } = await this.#sheet.write(sheet);
    const more = left === 0 ? '' : `, ${left} more had no room`;
    stderr.write(`${sheet}: ${counted(shown, 'face')}${more}\n`);
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
    const text = this.#format.line(line);
    if (text !== undefined) await this.#say(text);
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
