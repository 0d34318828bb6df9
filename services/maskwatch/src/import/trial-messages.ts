import type { RawOutput } from '@maskwatch/runtime/onnx-results';
import type { RawInput } from '@maskwatch/runtime/raw-session';

export type Feeds = Record<string, RawInput>;
export type Outputs = Record<string, RawOutput>;

/** To the trial's process: first a file, then what goes into it, one after the other. */
export type TrialRequest = { open: string } | { run: Feeds };

/** What is known of a network of TensorFlow.js once it is open. */
export interface Opened {
  /** [n, height, width, channels]; null where the file leaves a side open. */
  inputShape?: readonly (number | null)[];
}

/** One for each request. */
export type TrialAnswer =
  | { opened: Opened }
  | { outputs: Outputs }
  | { problem: string; action?: string };
