import type { Lease, ModelStamp, WorkerStatus } from '@maskwatch/contracts/scaled';

const mostNamed = 6;

/** "3 cameras: gate, hall, yard"; of many only the first are named. */
export function camerasOf(owned: readonly Lease[]): string {
  if (owned.length === 0) return 'no camera';
  const ids = owned.map(({ cameraId }) => cameraId).sort();
  const more = ids.length > mostNamed ? ` and ${ids.length - mostNamed} more` : '';
  const count = ids.length === 1 ? '1 camera' : `${ids.length} cameras`;
  return `${count}: ${ids.slice(0, mostNamed).join(', ')}${more}`;
}

export interface ModelInUse {
  task: 'detector' | 'classifier';
  name: string;
  /** sha256. */
  hash: string;
}

/** What the workers judge with, each model once. */
export function modelsOf(workers: readonly WorkerStatus[]): ModelInUse[] {
  const found = new Map<string, ModelInUse>();
  const note = (task: ModelInUse['task'], stamp: ModelStamp | undefined) => {
    if (stamp === undefined) return;
    found.set(task + stamp.sha256, { task, name: stamp.name, hash: stamp.sha256 });
  };
  for (const { detector } of workers) note('detector', detector);
  for (const { classifier } of workers) note('classifier', classifier);
  return [...found.values()];
}
