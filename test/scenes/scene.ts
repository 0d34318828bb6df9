import type { Box } from '@maskwatch/contracts/box';
import { faceSize } from '@maskwatch/contracts/box';
import type { JudgedState } from '@maskwatch/contracts/mask-state';

/** One person of a film. `boxes` is undefined where the face is not in the picture. */
export interface ScenePerson {
  id: string;
  state: JudgedState;
  /** The face on a frame (counted from 0), in pixels of the film. */
  boxes: (frameIndex: number) => Box | undefined;
}

/** A film with known truth. */
export interface Scene {
  name: string;
  /** Path of the mp4. */
  film: string;
  width: number;
  height: number;
  frameRate: number;
  frames: number;
  people: ScenePerson[];
  /** What the shipped rule (no_mask held for 3 s) must raise: nothing else is allowed. */
  expectedAlerts: { personId: string }[];
}

/** Faces are judged from this size on, in pixels. */
export const judgedFrom = 32;

/** A bare face must be judgeable for this long to be sure of an alert: 1.5 s to decide, 3 s hold, spare. */
const alertAfterMs = 6000;

/** The longest time without a break in which a person's face can be judged, in milliseconds. */
export function longestJudgeableMs(
  person: ScenePerson,
  { frames, frameRate }: { frames: number; frameRate: number },
): number {
  let longest = 0;
  let running = 0;
  for (let index = 0; index < frames; index += 1) {
    const box = person.boxes(index);
    running = box !== undefined && faceSize(box) >= judgedFrom ? running + 1 : 0;
    longest = Math.max(longest, running);
  }
  return (longest / frameRate) * 1000;
}

export function expectedAlerts(
  people: ScenePerson[],
  film: { frames: number; frameRate: number },
): { personId: string }[] {
  return people
    .filter((person) => person.state === 'no_mask')
    .filter((person) => longestJudgeableMs(person, film) >= alertAfterMs)
    .map((person) => ({ personId: person.id }));
}
