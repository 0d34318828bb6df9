import type { Leadership } from '@maskwatch/store/leadership';

/** Of the one hub of one machine: active for good, and nobody shares cameras. */
export const alone: Leadership = {
  claim: async () => ({ term: 1 }),
  resign: async () => {},
  fence() {},
  cameraLeases: async () => [],
  grant: async () => 0,
};
