import { fileURLToPath } from 'node:url';

/** The config that holds where none is named. */
export const shippedConfig = fileURLToPath(
  new URL('../../../../config/maskwatch.yaml', import.meta.url),
);
