import type { FaceCut } from '@maskwatch/training/features/face-cut';
import type { CutPool, Views } from '@maskwatch/training/features/feature-pool';
import type { Section, Tile } from '@maskwatch/training/report/section';
import sharp from 'sharp';
import { rgbOfPlanes } from './rgb-of-planes.ts';

/** Pictures of each class, and views of each picture. */
const pictures = 4;
const mostViews = 6;
const side = 96;

/** What the training saw: some pictures of each class, each as it is and augmented. */
export async function augmentedSheet(
  pool: CutPool,
  cuts: readonly FaceCut[],
  views: Views,
): Promise<Section> {
  const count = Math.min(mostViews, views.count);
  const states = [...new Set(cuts.map(({ label }) => label))];
  const shown = states.flatMap((state) =>
    cuts.filter(({ label }) => label === state).slice(0, pictures),
  );
  const tiles = await Promise.all(
    shown.map(async (cut): Promise<Tile[]> => {
      const planes = await pool.pixels(cut, { ...views, count }, side);
      const each = planes.length / count;
      return Promise.all(
        Array.from({ length: count }, async (_, n) => ({
          jpeg: await jpegOfPlanes(planes.subarray(n * each, (n + 1) * each)),
          caption: n === 0 ? `${cut.label}, as it is` : `${cut.label}, view ${n}`,
          state: cut.label,
        })),
      );
    }),
  );
  const note = `Of ${shown.length} pictures. These are what it learned from: do they look like your cameras?`;
  return { title: 'Augmented pictures', note, kind: 'sheet', tiles: tiles.flat() };
}

async function jpegOfPlanes(planes: Uint8Array): Promise<Uint8Array> {
  const raw = { width: side, height: side, channels: 3 } as const;
  return sharp(rgbOfPlanes(planes), { raw }).jpeg({ quality: 80 }).toBuffer();
}
