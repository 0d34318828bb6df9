import type { LivePicture } from '@maskwatch/contracts/live';
import type { Track } from '@maskwatch/contracts/observation';
import { iconPath } from '../../components/icon.tsx';
import { looks } from '../../components/mask-state-look.ts';
import { fitBox, fitPicture, type Place, placeLabel, type Size } from './fit-boxes.ts';

export interface Drawing {
  live: LivePicture;
  bitmap: ImageBitmap;
  /** Of the canvas in CSS pixels, and how many device pixels each has. */
  size: Size;
  density: number;
  /** Tracks of people with a firing alert. */
  alerting: ReadonlySet<string>;
}

const labelFont = '600 12px system-ui, "Segoe UI", Roboto, "Liberation Sans", sans-serif';
const labelHeight = 18;
const outline = 'rgb(0 0 0 / 55%)';

/** Draws a picture and the boxes of its own observation; a canvas never shows one without the other. */
export function drawPicture(context: CanvasRenderingContext2D, drawing: Drawing): void {
  const { live, bitmap, size, density, alerting } = drawing;
  const { canvas } = context;
  const width = Math.round(size.width * density);
  const height = Math.round(size.height * density);
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  context.setTransform(density, 0, 0, density, 0, 0);
  context.clearRect(0, 0, size.width, size.height);
  const picture = fitPicture(live.observation, size);
  context.drawImage(bitmap, picture.x, picture.y, picture.width, picture.height);
  for (const track of inOrder(live.observation.tracks)) {
    const box = fitBox(track.box, live.observation, picture);
    drawBox(context, track, box);
    drawLabel(context, { track, box, picture, alerting: alerting.has(track.id) });
  }
}

/** What matters most is drawn last, so that nothing covers it. */
function inOrder(tracks: readonly Track[]): Track[] {
  const weight = { unknown: 0, mask: 1, incorrect: 2, no_mask: 3 };
  return [...tracks].sort((a, b) => weight[a.state] - weight[b.state]);
}

function drawBox(context: CanvasRenderingContext2D, track: Track, box: Place): void {
  const look = looks[track.state];
  context.globalAlpha = track.seen ? 1 : 0.55;
  context.setLineDash([]);
  context.strokeStyle = outline;
  context.lineWidth = look.line + 2;
  context.strokeRect(box.x, box.y, box.width, box.height);
  context.setLineDash([...look.dash]);
  context.strokeStyle = look.box;
  context.lineWidth = look.line;
  context.strokeRect(box.x, box.y, box.width, box.height);
  context.setLineDash([]);
  context.globalAlpha = 1;
}

interface Label {
  track: Track;
  box: Place;
  picture: Place;
  alerting: boolean;
}

function drawLabel(context: CanvasRenderingContext2D, label: Label): void {
  const look = looks[label.track.state];
  const text = wordsOf(label);
  context.font = labelFont;
  const width = context.measureText(text).width + 24;
  const at = placeLabel(label.box, { width, height: labelHeight }, label.picture);
  context.fillStyle = look.box;
  context.fillRect(at.x, at.y, width, labelHeight);
  context.fillStyle = look.ink;
  context.textBaseline = 'middle';
  context.fillText(text, at.x + 20, at.y + labelHeight / 2 + 0.5);
  drawIcon(context, { path: iconPath(look.icon), ink: look.ink, x: at.x + 4, y: at.y + 3 });
}

function wordsOf({ track, alerting }: Label): string {
  const words = [looks[track.state].word];
  if (alerting) words.push('alert');
  if (track.poster) words.push('still');
  if (track.unsure) words.push('unsure');
  return words.join(' · ');
}

interface Glyph {
  path: string;
  ink: string;
  x: number;
  y: number;
}

function drawIcon(context: CanvasRenderingContext2D, { path, ink, x, y }: Glyph): void {
  context.save();
  context.translate(x, y);
  context.scale(0.75, 0.75);
  context.strokeStyle = ink;
  context.lineWidth = 2.4;
  context.lineCap = 'round';
  context.stroke(new Path2D(path));
  context.restore();
}
