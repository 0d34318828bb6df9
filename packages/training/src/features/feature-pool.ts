import type { Augmentation } from './augmentation.ts';
import type { FaceCut } from './face-cut.ts';

/** Which views of a cut are wanted. */
export interface Views {
  /** View 0 is the cut as the service sees it; each further one is augmented. */
  count: number;
  /** Needed from two views on. */
  augmentation?: Augmentation;
  /** Of the whole run: with the picture's content it decides every view. */
  seed: number;
}

/** Threads that decode, cut, augment and run the lower part of a network. */
export interface FeaturePool {
  /** Values of one row of features. */
  channels: number;
  /** float32 [count, channels], from the cache where it has them. Problem picture-unreadable. */
  views(cut: FaceCut, views: Views): Promise<Float32Array>;
  /** The same views before the network: uint8 [count, 3, size, size], red, green, blue. */
  pixels(cut: FaceCut, views: Views): Promise<Uint8Array>;
  /** The cut as a small JPEG, for a report: its longest side has `size` pixels (96 if not said). */
  thumbnail(cut: FaceCut, size?: number): Promise<Uint8Array>;
  /** How many views came from the cache, and how many were computed. */
  counts(): { cached: number; computed: number };
  /** Waits for what is under way, then ends the threads. */
  close(): Promise<void>;
}
