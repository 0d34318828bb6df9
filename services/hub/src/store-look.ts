/** What one scrape of /metrics asks of the store, once for all of its figures. */
import type { HubContext } from './hub-context.ts';

/** A store that takes longer is away for whoever scrapes: its own answer would come too late. */
const patienceMs = 2000;

export interface StoreLook {
  /** As /readyz says. */
  ready: boolean;
  away: boolean;
  /** Unknown while it is away. */
  bytes?: number;
  /** Unknown of a server's disk. */
  freeBytes?: number;
}

/** Who asks while a look is under way shares it. It never rejects. */
export function storeLook(
  context: Pick<HubContext, 'store' | 'readiness' | 'clock'>,
): () => Promise<StoreLook> {
  let underWay: Promise<StoreLook> | undefined;
  return () => {
    underWay ??= lookInTime(context).finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
}

const away: StoreLook = { ready: false, away: true };

async function lookInTime({
  store,
  readiness,
  clock,
}: Pick<HubContext, 'store' | 'readiness' | 'clock'>): Promise<StoreLook> {
  const late = Promise.withResolvers<StoreLook>();
  const cancel = clock.setTimer(() => late.resolve(away), patienceMs);
  const look = Promise.all([store.space(), readiness.reasons()]).then(
    ([{ bytes, freeBytes }, reasons]) => ({
      ...{ ready: reasons.length === 0, away: false, bytes },
      ...(freeBytes === undefined ? {} : { freeBytes }),
    }),
    () => away,
  );
  const seen = await Promise.race([look, late.promise]);
  cancel();
  return seen;
}
