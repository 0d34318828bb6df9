import type { RawOutput } from '@maskwatch/runtime/onnx-results';
import type { RawInput } from '@maskwatch/runtime/raw-session';

export type Feeds = Record<string, RawInput>;
export type Outputs = Record<string, RawOutput>;

/** To the trial's process: first a file, then what goes into it, one after the other. */
export type TrialRequest = { open: string } | { run: Feeds };

/** One for each request. */
export type TrialAnswer = { opened: true } | { outputs: Outputs } | { problem: string };
