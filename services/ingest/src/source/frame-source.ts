/**
 * What the owner of a camera sees of it: frames and a state. A live source loses frames rather than
 * time; a film waits until its frames are released, and loses none.
 */
import type { CameraCause, CameraState, FrameCounters } from '@maskwatch/contracts/camera';
import type { Picture } from '@maskwatch/vision/picture';

/** One analysis picture. Its bytes stay as they are until `release`, and no longer. */
export interface Frame {
  /** Grows by one with every frame handed out, over reconnects. */
  sequence: number;
  /** Live: when the last byte arrived. A film: its start + n / rate. Milliseconds. */
  capturedAt: number;
  picture: Picture;
  /** Gives the buffer back; further calls do nothing. */
  release(): void;
}

export interface SourceStatus {
  state: CameraState;
  cause?: CameraCause;
  /** The cause as a sentence that says what to do; never holds a credential. */
  detail?: string;
  since: number;
}

export interface FrameSourceHandlers {
  /** Called for every frame for which a buffer was free. The receiver must release it. */
  onFrame(frame: Frame): void;
  /** A looped film begins anew with the next frame: nobody on it goes on. */
  onSeam?(): void;
  /** Called on every change of state or cause. */
  onStatus(status: SourceStatus): void;
}

/** The source's part of the counters: what else becomes of a frame is the owner's to count. */
export type SourceCounters = Pick<FrameCounters, 'received' | 'replaced' | 'discarded' | 'starts'>;

export interface FrameSource {
  start(): void;
  /** Answers when the decoder is gone; no handler is called after that. May be called again. */
  stop(): Promise<void>;
  readonly status: SourceStatus;
  readonly counters: Readonly<SourceCounters>;
}
