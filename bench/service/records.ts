/** What the instruments inside a vision process write down, a line of JSON each. */
import { readFileSync } from 'node:fs';

/** One request to the inference queue, in milliseconds of the process's clock. */
export interface RequestRecord {
  kind: 'detect' | 'classify';
  cameraId: string;
  /** Pictures or crops. */
  count: number;
  askedAt: number;
  answeredAt: number;
  /** The runs alone, without waiting for a worker. */
  ms: number;
}

/** One observation as it was sent to the hub. */
export interface ObservationRecord {
  kind: 'observation';
  cameraId: string;
  sequence: number;
  capturedAt: number;
  sentAt: number;
  faces: number;
}

export type VisionRecord = RequestRecord | ObservationRecord;

/** An observation with the requests that were made for it. */
export interface JudgedFrame extends ObservationRecord {
  requests: RequestRecord[];
}

export function readRecords(path: string): VisionRecord[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  // The last one may still be being written.
  lines.pop();
  return lines.map((line) => JSON.parse(line) as VisionRecord);
}

/** A camera has one frame under way: the requests before its observation were made for it. */
export function judgedFrames(records: readonly VisionRecord[]): JudgedFrame[] {
  const requests = new Map<string, RequestRecord[]>();
  const frames: JudgedFrame[] = [];
  for (const record of records) {
    const open = requests.get(record.cameraId) ?? [];
    requests.set(record.cameraId, open);
    if (record.kind === 'observation') frames.push({ ...record, requests: open.splice(0) });
    else open.push(record);
  }
  return frames;
}
