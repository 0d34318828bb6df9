import type { Picture } from '@maskwatch/vision/picture';
import type { CutOut } from './ffmpeg.ts';
import { covers } from './ffmpeg.ts';

/** Lets a rectangle fade out at its border, with round corners. */
export function softEdge(picture: Picture): CutOut {
  const { width, height } = picture;
  const alpha = new Uint8Array(width * height);
  for (let y = 0; y < height; y += 1) {
    const down = Math.abs((2 * y + 1) / height - 1) ** 4;
    for (let x = 0; x < width; x += 1) {
      const radius = (Math.abs((2 * x + 1) / width - 1) ** 4 + down) ** 0.25;
      const t = Math.min(1, Math.max(0, (0.98 - radius) / 0.26));
      alpha[y * width + x] = Math.round(255 * t * t * (3 - 2 * t));
    }
  }
  return { picture, covers: covers(alpha, width, height) };
}
