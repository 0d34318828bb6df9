/**
 * Frames a second over the notebook's way, on films that both judge frame by frame: once with this
 * project's two networks in both, once against the notebook's own. Blocks of A B B A.
 */
import { iou } from '@maskwatch/vision/iou';
import type { Scene } from '../../test/scenes/scene.ts';
import type { BenchFilms } from '../films.ts';
import { median, sum } from '../measure/numbers.ts';
import { prepareNotebook } from '../notebook/prepare.ts';
import {
  type NotebookFrame,
  type NotebookRun,
  runNotebookOwn,
  runNotebookSame,
} from '../notebook/run-notebook.ts';
import { note, printRatio } from '../report.ts';
import { type DetectRun, detectFilm, replayFilm } from '../service/command.ts';

const targets = { empty: 1.8, four: 2, own: 12 };
/** A box is the other's box from this overlap on. */
const sameBox = 0.5;
/** The notebook's own networks take half a second a frame. */
const ownFrames = 40;

export async function overNotebook({ empty, four }: BenchFilms): Promise<void> {
  const notebook = await prepareNotebook('opencv');
  if (notebook === undefined) return;
  note(`OpenCV ${notebook.versions} on two threads`);
  await sameNetworks('notebook-no-face', { python: notebook.python, scene: empty }, targets.empty);
  const fast = await sameNetworks(
    'notebook-four-faces',
    { python: notebook.python, scene: four },
    targets.four,
  );
  const own = await runNotebookOwn(
    { python: notebook.python, film: four.film, frames: ownFrames },
    { boxes: four.people.map(({ boxes }) => boxes(0)).filter((box) => box !== undefined) },
  );
  const ours = fast ?? (await detectFilm(four.film)).framesPerSecond;
  note(`its own networks: ${own.framesPerSecond.toFixed(2)} frames a second`);
  printRatio({
    name: 'notebook-own-networks',
    ...{ value: ours / own.framesPerSecond, target: targets.own, better: 'more' },
  });
}

/** Answers with our frames a second; undefined where the rival is absent. */
async function sameNetworks(
  name: string,
  { python, scene }: { python: string; scene: Scene },
  target: number,
): Promise<number | undefined> {
  const options = { python, film: scene.film };
  const ours: DetectRun[] = [];
  const theirs: NotebookRun[] = [];
  for (const side of ['ours', 'theirs', 'theirs', 'ours'] as const) {
    if (side === 'ours') {
      ours.push(await detectFilm(scene.film));
      continue;
    }
    const run = await runNotebookSame(options);
    if (run === undefined) return undefined;
    theirs.push(run);
  }
  const pace = median(ours.map(({ framesPerSecond }) => framesPerSecond));
  const rival = median(theirs.map(({ framesPerSecond }) => framesPerSecond));
  note(`frames a second: ${pace.toFixed(1)}, the notebook's way ${rival.toFixed(1)}`);
  note(matchText(ours[0]!, theirs[0]!.judged));
  const sampled = await replayFilm(scene.film);
  note(
    `with votes, 5 frames of each second judged: the film is through ` +
      `${(scene.frames / sampled.seconds / rival).toFixed(1)} times as fast (${name}-sampled)`,
  );
  printRatio({ name, value: pace / rival, target, better: 'more' });
  return pace;
}

/** Of all boxes of both sides, how many have a partner on the other. */
function matchText(ours: DetectRun, theirs: readonly NotebookFrame[]): string {
  const pairs = ours.frames.map((frame, n) => {
    const boxes = frame.faces.map(({ box }) => box);
    const others = theirs[n]?.faces.map(({ box }) => box) ?? [];
    const matched = boxes.filter((box) => others.some((other) => iou(box, other) >= sameBox));
    return { matched: matched.length, ours: boxes.length, theirs: others.length };
  });
  const total = (key: 'matched' | 'ours' | 'theirs') => sum(pairs.map((pair) => pair[key]));
  const [matched, all] = [total('matched'), total('ours') + total('theirs')];
  const share = all === 0 ? 'none found by either' : `${((200 * matched) / all).toFixed(1)} %`;
  return `boxes: ${total('ours')} and ${total('theirs')}, matched ${share} (${ours.frames.length} and ${theirs.length} frames)`;
}
