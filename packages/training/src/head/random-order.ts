/** A number of 32 bits out of several, so that each epoch, step and layer has a seed of its own. */
export function mixedSeed(...numbers: readonly number[]): number {
  let hash = 0x9e3779b9;
  for (const number of numbers) {
    hash = Math.imul(hash ^ (number | 0), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return hash >>> 0;
}

/** 0 to count - 1 in an order that the seed decides (Fisher and Yates). */
export function randomOrder(count: number, seed: number): number[] {
  const order = Array.from({ length: count }, (_, n) => n);
  for (let n = count - 1; n > 0; n -= 1) {
    const other = mixedSeed(seed, n) % (n + 1);
    [order[n], order[other]] = [order[other]!, order[n]!];
  }
  return order;
}
