import type { Box } from '@maskwatch/contracts/box';
import { faceSize } from '@maskwatch/contracts/box';
import type { MaskState } from '@maskwatch/contracts/mask-state';
import type { Observation, Track } from '@maskwatch/contracts/observation';
import type { ReplayAlert } from '@maskwatch/contracts/replay';
import { iou } from '@maskwatch/vision/iou';
import { shareInside } from './motion.ts';
import type { Scene, ScenePerson } from './scene.ts';
import { judgedFrom } from './scene.ts';

/** Sources draw faces more or less tightly, so a track is a person's from this overlap on. */
const sameFace = 0.3;
/** A track counts for a second person only when it followed them for this many observations. */
const followed = 3;

export type SceneAlert = Pick<ReplayAlert, 'startMs' | 'endMs' | 'box'>;

export interface PersonReport {
  id: string;
  state: MaskState;
  /** Tracks that followed this person. */
  tracks: string[];
  /** Times that a track of theirs took a settled state that is not the truth. */
  wrongChanges: number;
  trackMs: number;
  /** From the first whole face of 32 px and more to a settled state; undefined if never. */
  decisionMs: number | undefined;
  /** Was there ever a whole face of 32 px and more? */
  judgeable: boolean;
  /** Observations of a face of 32 px and more, and those of them in which it was `unknown`. */
  judgeableLooks: number;
  unknownLooks: number;
  alerts: number;
}

export interface SceneReport {
  name: string;
  people: PersonReport[];
  /** Tracks that followed nobody. */
  falseTracks: number;
  /**
   * Alerts on nobody, on a person who wears a mask, or a second one on the same person. A bare face
   * that is too small or too short in sight for a sure alert may raise one: it is true.
   */
  unexpectedAlerts: number;
  /** People whose alert did not come. */
  missedAlerts: string[];
}

interface Look {
  track: Track;
  person: ScenePerson;
  /** Milliseconds from the film's first frame. */
  at: number;
  size: number;
}

/**
 * Compares what the pipeline said with a film's truth. The first observation must be of the film's
 * first frame; alerts are in milliseconds from the film's start.
 */
export function evaluateScene(
  scene: Scene,
  observations: readonly Observation[],
  alerts: readonly SceneAlert[],
): SceneReport {
  const looks = observations.flatMap((observation) => looksOf(scene, observation, observations));
  const everyLength = (observations.at(-1)?.capturedAt ?? 0) - (observations[0]?.capturedAt ?? 0);
  const intervalMs = everyLength / Math.max(1, observations.length - 1);
  const followers = tracksByPerson(looks);
  const hits = alerts.map((alert) => personOf(scene, alert));
  const people = scene.people.map((person): PersonReport => {
    const tracks = followers.get(person.id) ?? [];
    const own = looks.filter((look) => look.person === person);
    const judgeable = own.filter(({ size }) => size >= judgedFrom);
    const from = firstWholeMs(scene, person);
    const decided = own.find(({ at, track }) => at >= (from ?? 0) && track.state !== 'unknown');
    return {
      id: person.id,
      state: person.state,
      tracks,
      wrongChanges: tracks.reduce((sum, id) => sum + wrongChanges(own, id), 0),
      trackMs: own.length * intervalMs,
      decisionMs: from === undefined || decided === undefined ? undefined : decided.at - from,
      judgeable: from !== undefined,
      judgeableLooks: judgeable.length,
      unknownLooks: judgeable.filter(({ track }) => track.state === 'unknown').length,
      alerts: hits.filter((hit) => hit === person.id).length,
    };
  });
  return { name: scene.name, people, ...verdict(scene, { observations, followers, hits }) };
}

function verdict(
  { expectedAlerts, people }: Scene,
  {
    observations,
    followers,
    hits,
  }: {
    observations: readonly Observation[];
    followers: Map<string, string[]>;
    hits: (string | undefined)[];
  },
) {
  const all = new Set(observations.flatMap(({ tracks }) => tracks.map(({ id }) => id)));
  for (const id of [...followers.values()].flat()) all.delete(id);
  const bare = new Set(people.filter(({ state }) => state === 'no_mask').map(({ id }) => id));
  const unexpectedAlerts = hits.filter((hit) => hit === undefined || !bare.delete(hit)).length;
  const missed = expectedAlerts.filter(({ personId }) => bare.has(personId));
  return {
    falseTracks: all.size,
    unexpectedAlerts,
    missedAlerts: missed.map(({ personId }) => personId),
  };
}

/** Pairs the tracks seen on one frame with the people on it, best overlap first. */
function looksOf(
  scene: Scene,
  { capturedAt, tracks }: Observation,
  [first]: readonly Observation[],
): Look[] {
  const at = capturedAt - first!.capturedAt;
  const index = Math.min(scene.frames - 1, Math.round((at / 1000) * scene.frameRate));
  const pairs = tracks
    .filter(({ seen }) => seen)
    .flatMap((track) =>
      scene.people.flatMap((person) => {
        const box = person.boxes(index);
        const overlap = box === undefined ? 0 : iou(track.box, box);
        return overlap < sameFace ? [] : [{ track, person, at, size: faceSize(box!), overlap }];
      }),
    )
    .sort((a, b) => b.overlap - a.overlap);
  const taken = new Set<unknown>();
  return pairs.filter(({ track, person }) => {
    if (taken.has(track) || taken.has(person)) return false;
    taken.add(track).add(person);
    return true;
  });
}

function tracksByPerson(looks: Look[]): Map<string, string[]> {
  const counts = new Map<string, Map<string, number>>();
  for (const { track, person } of looks) {
    const of = counts.get(track.id) ?? new Map<string, number>();
    counts.set(track.id, of.set(person.id, (of.get(person.id) ?? 0) + 1));
  }
  const result = new Map<string, string[]>();
  for (const [trackId, of] of counts) {
    const most = Math.max(...of.values());
    for (const [personId, count] of of) {
      if (count < followed && count < most) continue;
      result.set(personId, [...(result.get(personId) ?? []), trackId]);
    }
  }
  return result;
}

function wrongChanges(looks: Look[], trackId: string): number {
  let before: MaskState = 'unknown';
  let changes = 0;
  for (const { track, person } of looks.filter((look) => look.track.id === trackId)) {
    const wrong = track.state !== 'unknown' && track.state !== person.state;
    if (wrong && track.state !== before) changes += 1;
    before = track.state;
  }
  return changes;
}

function firstWholeMs(scene: Scene, person: ScenePerson): number | undefined {
  for (let index = 0; index < scene.frames; index += 1) {
    const box = person.boxes(index);
    if (box !== undefined && faceSize(box) >= judgedFrom && shareInside(box, scene) > 0.99) {
      return (index / scene.frameRate) * 1000;
    }
  }
  return undefined;
}

/** Whose face an alert's box is: the best overlap at any time between its start and its end. */
function personOf(scene: Scene, { startMs, endMs, box }: SceneAlert): string | undefined {
  const index = (ms: number) => Math.round((ms / 1000) * scene.frameRate);
  const best = (person: ScenePerson) => {
    let most = 0;
    for (
      let i = Math.max(0, index(startMs));
      i <= Math.min(scene.frames - 1, index(endMs));
      i += 1
    ) {
      const truth: Box | undefined = person.boxes(i);
      if (truth !== undefined) most = Math.max(most, iou(box, truth));
    }
    return most;
  };
  const overlaps = scene.people.map((person) => ({ id: person.id, overlap: best(person) }));
  return overlaps.filter(({ overlap }) => overlap > 0).sort((a, b) => b.overlap - a.overlap)[0]?.id;
}

export interface Summary {
  /** Over the people who were found at all. */
  tracksPerPerson: number;
  wrongChangesPerTrackMinute: number;
  slowestDecisionMs: number;
  /** People who could be judged and never were. */
  undecided: string[];
  unknownShare: number;
  falseTracks: number;
  unexpectedAlerts: number;
  missedAlerts: string[];
}

/** The figures of several scenes together. */
export function summarise(reports: readonly SceneReport[]): Summary {
  const people = reports.flatMap(({ name, people }) =>
    people.map((person) => ({ ...person, id: `${name}/${person.id}` })),
  );
  const sum = (value: (person: PersonReport) => number) =>
    people.reduce((total, person) => total + value(person), 0);
  const found = people.filter(({ tracks }) => tracks.length > 0).length;
  return {
    tracksPerPerson: sum(({ tracks }) => tracks.length) / Math.max(1, found),
    wrongChangesPerTrackMinute:
      sum(({ wrongChanges }) => wrongChanges) /
      Math.max(1e-9, sum(({ trackMs }) => trackMs) / 60_000),
    slowestDecisionMs: Math.max(0, ...people.map(({ decisionMs }) => decisionMs ?? 0)),
    undecided: people
      .filter(({ judgeable, decisionMs }) => judgeable && decisionMs === undefined)
      .map(({ id }) => id),
    unknownShare:
      sum(({ unknownLooks }) => unknownLooks) /
      Math.max(
        1,
        sum(({ judgeableLooks }) => judgeableLooks),
      ),
    falseTracks: reports.reduce((total, report) => total + report.falseTracks, 0),
    unexpectedAlerts: reports.reduce((total, report) => total + report.unexpectedAlerts, 0),
    missedAlerts: reports.flatMap(({ name, missedAlerts }) =>
      missedAlerts.map((id) => `${name}/${id}`),
    ),
  };
}
