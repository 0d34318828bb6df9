/** Blurs uint8 [3, size, size] in place: a Gaussian of this sigma in pixels, border replicated. */
export function blurPlanes(planes: Uint8Array, size: number, sigma: number): void {
  const weights = kernel(sigma);
  const rows = new Float32Array(size * size);
  for (let n = 0; n < 3; n += 1) {
    const plane = planes.subarray(n * size * size, (n + 1) * size * size);
    blurRows(plane, size, weights, rows);
    blurColumns(rows, size, weights, plane);
  }
}

function kernel(sigma: number): Float32Array {
  const radius = Math.max(1, Math.ceil(2.5 * sigma));
  const values = Float32Array.from({ length: 2 * radius + 1 }, (_, i) => {
    return Math.exp(-((i - radius) ** 2) / (2 * sigma * sigma));
  });
  const sum = values.reduce((a, b) => a + b, 0);
  return values.map((value) => value / sum);
}

function blurRows(from: Uint8Array, size: number, weights: Float32Array, to: Float32Array): void {
  const taps = weights.length;
  const radius = (taps - 1) / 2;
  const line = new Float32Array(size + 2 * radius);
  for (let row = 0; row < size; row += 1) {
    const start = row * size;
    for (let i = 0; i < size; i += 1) line[radius + i] = from[start + i]!;
    line.fill(from[start]!, 0, radius);
    line.fill(from[start + size - 1]!, radius + size);
    for (let i = 0; i < size; i += 1) {
      let sum = 0;
      for (let tap = 0; tap < taps; tap += 1) sum += weights[tap]! * line[i + tap]!;
      to[start + i] = sum;
    }
  }
}

/** Whole rows at a time: columns one by one would run across the memory. */
function blurColumns(
  from: Float32Array,
  size: number,
  weights: Float32Array,
  to: Uint8Array,
): void {
  const radius = (weights.length - 1) / 2;
  const sums = new Float32Array(size);
  for (let row = 0; row < size; row += 1) {
    sums.fill(0.5);
    for (let tap = 0; tap < weights.length; tap += 1) {
      const start = Math.min(Math.max(row + tap - radius, 0), size - 1) * size;
      const weight = weights[tap]!;
      for (let i = 0; i < size; i += 1) sums[i] = sums[i]! + weight * from[start + i]!;
    }
    for (let i = 0; i < size; i += 1) to[row * size + i] = sums[i]!;
  }
}
