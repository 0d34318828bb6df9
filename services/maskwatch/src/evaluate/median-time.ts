/** Pictures that are timed; the first ones warm the caches and are not counted. */
const timed = 31;
const warm = 3;

/** Milliseconds that one run takes: the middle of 31, after three that are not counted. */
export async function medianMs(run: () => Promise<number | undefined>): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < warm + timed; n += 1) {
    const ms = await run();
    if (n >= warm && ms !== undefined) times.push(ms);
  }
  times.sort((a, b) => a - b);
  return times[Math.floor(times.length / 2)] ?? Number.NaN;
}
