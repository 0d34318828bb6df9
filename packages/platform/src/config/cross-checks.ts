import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { sourceFault, sourceKind } from '@maskwatch/contracts/camera-source';
import { ByteSize, Duration } from '@maskwatch/contracts/config';
import type { Path } from './config-document.ts';
import { nearestWord } from './nearest-word.ts';

export interface CrossFault {
  path: Path;
  message: string;
}

type Section = Record<string, unknown>;

/** Smaller, and one violation's pictures would not fit beside the next one's. */
const smallestPicturesLimit = 10e6;

function isSection(value: unknown): value is Section {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sections(value: unknown): { index: number; section: Section }[] {
  const items = Array.isArray(value) ? (value as unknown[]) : [];
  return items.flatMap((section, index) => (isSection(section) ? [{ index, section }] : []));
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function idsOf(list: unknown): string[] {
  return sections(list).flatMap(({ section }) =>
    typeof section.id === 'string' ? [section.id] : [],
  );
}

function duplicates(list: unknown, path: Path): CrossFault[] {
  const seen = new Set<unknown>();
  return sections(list).flatMap(({ index, section: { id } }) => {
    const again = typeof id === 'string' && seen.has(id);
    seen.add(id);
    return again
      ? [{ path: [...path, index, 'id'], message: `"${id}" is the id of an earlier one, too` }]
      : [];
  });
}

function unknownName(what: string, name: string, known: string[]): string {
  const meant = nearestWord(name, known);
  const hint = meant === undefined ? '' : `, did you mean "${meant}"?`;
  return `there is no ${what} "${name}"${hint} (there are: ${known.join(', ') || 'none'})`;
}

function cameraFaults(tree: Section, folder: string): CrossFault[] {
  return sections(tree.cameras).flatMap(({ index, section: { source } }) => {
    if (typeof source !== 'string' || source === '') return [];
    const path = ['cameras', index, 'source'];
    const fault = sourceFault(source);
    if (fault !== undefined) return [{ path, message: fault }];
    if (sourceKind(source) !== 'file') return [];
    const file = resolve(folder, source);
    const found = statSync(file, { throwIfNoEntry: false });
    if (found?.isFile() === true) return [];
    const what = found === undefined ? 'there is no such file' : 'it is no file';
    return [
      {
        path,
        message: `${source}: ${what} (${file}; relative paths start at the config's folder)`,
      },
    ];
  });
}

function zoneFaults(tree: Section): CrossFault[] {
  const cameras = idsOf(tree.cameras);
  return sections(tree.zones).flatMap(({ index, section: { camera } }) => {
    if (typeof camera !== 'string' || cameras.includes(camera)) return [];
    return [{ path: ['zones', index, 'camera'], message: unknownName('camera', camera, cameras) }];
  });
}

function ruleFaults(tree: Section): CrossFault[] {
  const cameras = idsOf(tree.cameras);
  const zones = new Map(sections(tree.zones).map(({ section: { id, camera } }) => [id, camera]));
  return sections(tree.rules).flatMap(({ index, section: rule }) => {
    const faults: CrossFault[] = [];
    for (const [at, camera] of texts(rule.cameras).entries()) {
      if (cameras.includes(camera)) continue;
      const path = ['rules', index, 'cameras', at];
      faults.push({ path, message: unknownName('camera', camera, cameras) });
    }
    for (const [at, zone] of texts(rule.zones).entries()) {
      const path = ['rules', index, 'zones', at];
      const camera = zones.get(zone);
      if (!zones.has(zone)) {
        faults.push({ path, message: unknownName('zone', zone, idsOf(tree.zones)) });
      } else if (Array.isArray(rule.cameras) && !rule.cameras.includes(camera)) {
        const message = `the zone "${zone}" is on the camera "${camera}", which this rule does not name in cameras`;
        faults.push({ path, message });
      }
    }
    return faults;
  });
}

function retentionFaults({ retention }: Section): CrossFault[] {
  if (!isSection(retention)) return [];
  const parsed = (schema: typeof Duration | typeof ByteSize, value: unknown, otherwise: string) =>
    schema.safeParse(value ?? otherwise).data;
  const pictures = parsed(Duration, retention.pictures, '72h');
  const alerts = parsed(Duration, retention.alerts, '30d');
  const limit = parsed(ByteSize, retention.picturesLimit, '10GB');
  const faults: CrossFault[] = [];
  if (pictures !== undefined && alerts !== undefined && alerts < pictures) {
    const message =
      'must be at least as long as retention.pictures: an alert goes with its pictures';
    faults.push({ path: ['retention', 'alerts'], message });
  }
  if (limit !== undefined && limit < smallestPicturesLimit) {
    faults.push({ path: ['retention', 'picturesLimit'], message: 'must be at least 10MB' });
  }
  return faults;
}

/** The addresses on which the hub answers without a token. */
const loopback = /^(localhost|127\.0\.0\.1|::1|\[::1\])$/;

function accessFaults({ access }: Section): CrossFault[] {
  if (!isSection(access) || typeof access.host !== 'string' || loopback.test(access.host))
    return [];
  if (access.token !== undefined || access.tokenFile !== undefined) return [];
  const message = `"${access.host}" is reached from outside, so a token is needed: add access.token or access.tokenFile`;
  return [{ path: ['access', 'host'], message }];
}

/** What no single key can know. Works on what was written, so that it says its part beside faults of keys. */
export function crossFaults(tree: unknown, folder: string): CrossFault[] {
  if (!isSection(tree)) return [];
  const endpoints = isSection(tree.endpoints) ? tree.endpoints : {};
  return [
    ...['cameras', 'zones', 'rules'].flatMap((list) => duplicates(tree[list], [list])),
    ...duplicates(endpoints.webhooks, ['endpoints', 'webhooks']),
    ...cameraFaults(tree, folder),
    ...zoneFaults(tree),
    ...ruleFaults(tree),
    ...retentionFaults(tree),
    ...accessFaults(tree),
  ];
}
