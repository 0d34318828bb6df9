import type { IngestMessage } from '@maskwatch/contracts/bus';

/**
 * How many bytes may wait on the way to a hub before a kind is dropped: pictures first, what the
 * rules live on last. A picture is about 40 KB, a candidate 200 KB, an observation 1 KB.
 */
export const maxWaitingBytes: Record<IngestMessage['kind'], number> = {
  picture: 512 * 1024,
  evidence: 4 * 1024 * 1024,
  'in-flight': 8 * 1024 * 1024,
  observation: 8 * 1024 * 1024,
  tick: 8 * 1024 * 1024,
  status: 8 * 1024 * 1024,
  ingest: 8 * 1024 * 1024,
  fault: 8 * 1024 * 1024,
};
