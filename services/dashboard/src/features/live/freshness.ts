import type { Camera } from '@maskwatch/contracts/camera';

/** A picture older than this is stale, unless the camera is looked at more rarely. */
const staleAfterMs = 2000;

/** How old the newest picture may be: two and a half of the camera's own intervals, at least 2 s. */
export function pictureDueMs(camera: Pick<Camera, 'rate'>): number {
  return Math.max(staleAfterMs, 2500 / camera.rate);
}

export interface Freshness {
  /** Milliseconds since the service sent the newest picture; undefined before the first. */
  ageMs: number | undefined;
  stale: boolean;
}

export function freshnessOf(
  camera: Pick<Camera, 'rate'>,
  sentAt: number | undefined,
  now: number,
): Freshness {
  if (sentAt === undefined) return { ageMs: undefined, stale: true };
  const ageMs = Math.max(0, now - sentAt);
  return { ageMs, stale: ageMs > pictureDueMs(camera) };
}
