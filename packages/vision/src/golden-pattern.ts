/**
 * A picture that every machine makes alike: three planes [3, height, width] of gradients, blocks
 * and pseudo-random grain. Integers only, so that no rounding differs between platforms. A model's
 * golden outputs are what its network says to this picture.
 */
export function goldenPattern(width: number, height: number): Uint8Array {
  const planes = new Uint8Array(3 * width * height);
  let at = 0;
  for (let plane = 0; plane < 3; plane += 1) {
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        planes[at] = level(x * 4 + y * plane, y * 3 + x * (2 - plane), at);
        at += 1;
      }
    }
  }
  return planes;
}

/** A slow triangle wave across and down, a chequer of 16 pixels, and grain from the position. */
function level(across: number, down: number, position: number): number {
  const chequer = ((across >> 6) + (down >> 6)) % 2 === 0 ? 40 : 0;
  let grain = Math.imul(position + 1, 0x9e3779b1);
  grain = Math.imul(grain ^ (grain >>> 15), 0x85ebca6b);
  return (triangle(across >> 1) >> 1) + (triangle(down >> 1) >> 2) + chequer + (grain >>> 28);
}

/** 0 to 255 and back, over 512 steps. */
function triangle(step: number): number {
  const phase = step & 511;
  return phase < 256 ? phase : 511 - phase;
}

/** `count` values at equal distances, the first one first: how golden outputs are recorded. */
export function evenSamples(values: ArrayLike<number>, count: number): number[] {
  const wanted = Math.min(count, values.length);
  return Array.from(
    { length: wanted },
    (_, i) => values[Math.floor((i * values.length) / wanted)]!,
  );
}
