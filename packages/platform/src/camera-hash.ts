import { createHash } from 'node:crypto';
import type { CameraConfig } from '@maskwatch/contracts/config';

/**
 * Of a camera's settings without its secrets: an ingest is given a camera only where its own config
 * says the same of it as the hub's. Both come from the config's schema, so their keys are in one order.
 */
export function cameraHash(camera: CameraConfig): string {
  const { user: _user, password: _password, passwordFile: _file, ...said } = camera;
  return createHash('sha256').update(JSON.stringify(said)).digest('hex');
}
