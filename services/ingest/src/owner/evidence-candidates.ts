/** Pictures of people who may be breaking a rule, kept by nobody until a violation opens. */
import type { Box } from '@maskwatch/contracts/box';
import type { EvidenceCandidate } from '@maskwatch/contracts/bus';
import type { JudgedState } from '@maskwatch/contracts/mask-state';
import { wholePixels } from '@maskwatch/vision/colour';
import { cropSquare } from '@maskwatch/vision/crops';
import { iou } from '@maskwatch/vision/iou';
import type { Picture } from '@maskwatch/vision/picture';
import { pixelate } from '@maskwatch/vision/pixelate';
import type { Judgement, Look } from './face-judge.ts';
import { encodeJpeg } from './jpeg.ts';

const leastGapMs = 1000;
/** Larger or sharper by this much, or it is not worth another picture. */
const betterBy = 1.1;
/** One costs about 5 ms on the owner's thread. */
const mostPerFrame = 2;
/** A detection that overlaps the violating face this much is that face. */
const sameFace = 0.3;
const cropSide = 1.8;
const pictureQuality = 85;

export interface Candidate {
  candidate: EvidenceCandidate;
  jpegs: [Uint8Array, Uint8Array];
}

export interface CandidateSource extends Judgement {
  picture: Picture;
  /** Faces that were there less than 1 s ago and were not found on this frame. */
  lost: Box[];
}

export class EvidenceCandidates {
  readonly #states: ReadonlySet<JudgedState>;
  /** Bounded by the tracks that are alive. */
  #sent = new Map<string, { at: number; quality: number }>();

  constructor(states: Iterable<JudgedState>) {
    this.#states = new Set(states);
  }

  /**
   * Candidates of one frame: of tracks looked at in a state that some rule forbids, at most one a
   * second each, and only when better than the last. The picture's bytes are copied at once.
   */
  async of(source: CandidateSource): Promise<Candidate[]> {
    this.#forget(source);
    const { capturedAt } = source.observation;
    const due = source.looks.filter((look) => this.#due(look, capturedAt)).slice(0, mostPerFrame);
    for (const { trackId, quality } of due) this.#sent.set(trackId, { at: capturedAt, quality });
    return Promise.all(due.map((look) => candidateOf(look, source)));
  }

  #due({ state, trackId, quality }: Look, at: number): boolean {
    if (state === undefined || !this.#states.has(state)) return false;
    const sent = this.#sent.get(trackId);
    return sent === undefined || (at - sent.at >= leastGapMs && quality > sent.quality * betterBy);
  }

  #forget({ observation, looks }: CandidateSource): void {
    const alive = new Set([
      ...observation.tracks.map(({ id }) => id),
      ...looks.map(({ trackId }) => trackId),
    ]);
    for (const id of this.#sent.keys()) if (!alive.has(id)) this.#sent.delete(id);
  }
}

async function candidateOf(
  { trackId, box, quality }: Look,
  { picture, observation, detections, lost }: CandidateSource,
): Promise<Candidate> {
  const shown = copyOf(picture);
  const others = [...detections.map((detection) => detection.box), ...lost];
  for (const other of others) if (iou(other, box) < sameFace) pixelate(shown, other);
  const region = wholePixels(cropSquare(box, cropSide), shown);
  const [whole, crop] = await Promise.all([
    encodeJpeg(shown, { quality: pictureQuality }),
    encodeJpeg(shown, { quality: pictureQuality, region }),
  ]);
  const [left, top, cropWidth, cropHeight] = region;
  const { cameraId, capturedAt, width, height } = observation;
  return {
    candidate: {
      ...{ cameraId, trackId, capturedAt, width, height, box, quality },
      crop: {
        width: cropWidth,
        height: cropHeight,
        box: [box[0] - left, box[1] - top, box[2], box[3]],
      },
      pictureBytes: whole.length,
      cropBytes: crop.length,
    },
    jpegs: [whole, crop],
  };
}

function copyOf(picture: Picture): Picture {
  const [a, b, c] = picture.planes;
  return {
    ...picture,
    planes: [
      { ...a, data: a.data.slice() },
      { ...b, data: b.data.slice() },
      { ...c, data: c.data.slice() },
    ],
  };
}
