/** The owner of cameras as every shape of the service composes it. */
import { fileURLToPath } from 'node:url';
import { IngestService, type IngestServiceOptions } from '@maskwatch/ingest/ingest-service';
import { findDecoder } from '@maskwatch/ingest/source/decoder';
import { systemClock } from '@maskwatch/platform/clock';

export const demoFilm = fileURLToPath(new URL('../../../ingest/assets/demo.mp4', import.meta.url));

/** Owns nothing yet. Problems of `findDecoder`. */
export async function openIngest(
  options: Omit<IngestServiceOptions, 'decoder' | 'demoFilm' | 'clock' | 'onHang'>,
): Promise<IngestService> {
  return new IngestService({
    ...options,
    ...{ decoder: await findDecoder(), demoFilm, clock: systemClock },
    // A thread inside a run cannot be ended but with its process; whoever watches starts another one.
    onHang: () => process.kill(process.pid, 'SIGKILL'),
  });
}
