import { z } from 'zod';
import type { Alert } from './alert.ts';
import { type Camera, CameraId } from './camera.ts';
import { Observation } from './observation.ts';

/** The picture and the observation of the same frame: boxes are never drawn on another one. */
export const LivePicture = z.object({ observation: Observation, sentAt: z.number() });
export type LivePicture = z.infer<typeof LivePicture>;

/**
 * Socket.IO, namespace "/". At most one unacknowledged picture per viewer and camera: the next one
 * is sent, newest first, after the acknowledgement.
 */
export interface ServerToClientEvents {
  picture: (live: LivePicture, jpeg: ArrayBuffer, acknowledge: () => void) => void;
  /**
   * An alert that has changed, after it was committed, in the order of the sequence. `follows` is
   * the sequence that was told before: who knows less than that has missed something.
   */
  alert: (alert: Alert, follows: number) => void;
  /** All cameras, once a second. */
  cameras: (cameras: Camera[], sentAt: number) => void;
}

export interface ClientToServerEvents {
  /** Replaces what this viewer watches. */
  watch: (cameraIds: string[]) => void;
}

export const WatchMessage = z.array(CameraId).max(64);
