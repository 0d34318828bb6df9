/** uint8 [3, height, width] to pixels of three bytes, as encoders take them. */
export function rgbOfPlanes(planes: Uint8Array): Uint8Array {
  const pixels = planes.length / 3;
  const rgb = new Uint8Array(planes.length);
  for (let n = 0; n < pixels; n += 1) {
    rgb[3 * n] = planes[n]!;
    rgb[3 * n + 1] = planes[pixels + n]!;
    rgb[3 * n + 2] = planes[2 * pixels + n]!;
  }
  return rgb;
}
