/**
 * Answers of `work` in the order of `items`, with at most `limit` under way: enough to keep every
 * worker busy while the output stays in order. A failure is thrown at its place; what is under way
 * then is left to end.
 */
export async function* inOrder<Item, Answer>(
  items: AsyncIterable<Item> | Iterable<Item>,
  limit: number,
  work: (item: Item) => Promise<Answer>,
): AsyncGenerator<Answer> {
  const underWay: Promise<Answer>[] = [];
  try {
    for await (const item of items) {
      const answer = work(item);
      // Waited for below, in its turn; until then a rejection is not unhandled.
      answer.catch(() => undefined);
      underWay.push(answer);
      if (underWay.length >= limit) yield await underWay.shift()!;
    }
    while (underWay.length > 0) yield await underWay.shift()!;
  } finally {
    await Promise.allSettled(underWay);
  }
}
