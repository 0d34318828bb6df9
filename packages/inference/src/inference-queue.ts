import type { Detection } from '@maskwatch/contracts/detection';
import type { Probabilities } from '@maskwatch/contracts/mask-state';
import type { ComputesOn } from '@maskwatch/runtime/provider';
import type { Colour } from '@maskwatch/vision/picture';

/** Three planes of the letterboxed picture in shared memory, one after the other, row by row. */
export interface DetectorRequest {
  cameraId: string;
  /** uint8 [3, height, width]; must not be rewritten before the reply. */
  planes: Uint8Array<SharedArrayBuffer>;
  width: number;
  height: number;
  colour: Colour;
  /** Analysis pixels per pixel of the detector's input. */
  scale: number;
  /** Boxes are cut at the border of the analysis picture; where absent, of the padded input. */
  pictureWidth?: number;
  pictureHeight?: number;
  /** Boxes from this confidence on are wanted. */
  minConfidence: number;
}

export interface ClassifierRequest {
  cameraId: string;
  /** uint8 [count, 3, size, size] in shared memory. */
  crops: Uint8Array<SharedArrayBuffer>;
  count: number;
  colour: Colour;
}

/** Counts and times for /metrics; milliseconds are of the last run. */
export interface InferenceStatus {
  workers: { id: number; busy: boolean; runs: number; computesOn?: ComputesOn }[];
  detectorMs?: number;
  classifierMs?: number;
  queued: number;
  /** Requests that found the queue full, since start. */
  refused: number;
  /** Requests whose run ended in a problem, since start. */
  failed: number;
  /** Over Redis: requests that nobody answered in time, since start. */
  lost?: number;
  /** Over Redis: of the largest request since start; a camera has at most one in Redis. */
  largestBytes?: number;
}

/**
 * The seam between a camera's owner and the models: stateless, first come first served. An owner
 * has one request under way, so the queue holds at most one request a camera and is fair.
 */
export interface InferenceQueue {
  /** Detections in analysis pixels, most confident first, after non-maximum suppression. */
  detect(request: DetectorRequest): Promise<Detection[]>;
  /**
   * Calibrated probabilities of each crop, in order; Problem inference-input where the detector
   * judges by itself.
   */
  classify(request: ClassifierRequest): Promise<Probabilities[]>;
  status(): InferenceStatus;
  /** Lets runs under way finish, then ends the workers. */
  close(): Promise<void>;
}
