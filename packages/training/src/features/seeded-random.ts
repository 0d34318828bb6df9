/**
 * Numbers from 0 to below 1 that follow from a word alone: FNV-1a of its characters starts mulberry32
 * (T. Ettinger), whose 32 bits are enough for views and orders, never for secrets.
 */
export function seededRandom(word: string): () => number {
  let state = 0x811c9dc5;
  for (let i = 0; i < word.length; i += 1) {
    state = Math.imul(state ^ word.charCodeAt(i), 0x01000193);
  }
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The same values in an order that the numbers decide (Fisher and Yates). */
export function shuffled<T>(values: readonly T[], random: () => number): T[] {
  const order = [...values];
  for (let i = order.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
