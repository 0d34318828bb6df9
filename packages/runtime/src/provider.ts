import type { Provider } from '@maskwatch/contracts/scaled';

/** What ONNX Runtime computes on. */
export type OnnxProvider = Exclude<Provider, 'tfjs'>;

export const requestedProviders = ['auto', 'cpu', 'cuda', 'webgpu'] as const;
export type RequestedProvider = (typeof requestedProviders)[number];

export interface ProviderOptions {
  /** `cpu` where absent. */
  provider?: RequestedProvider;
  /** Told once for each change: why a network computes elsewhere than it was asked to. */
  onFallback?: (sentence: string) => void;
}

/** Where something computes now; both change when a GPU is lost. */
export interface ComputesOn {
  readonly provider: Provider;
  /** Why it is not what was asked for. */
  readonly fallback?: string | undefined;
}

/**
 * In the order of trying. One by one, since ONNX Runtime rejects a list whose first provider is
 * absent; the last is always `cpu`.
 */
export function providersToTry(requested: RequestedProvider): OnnxProvider[] {
  if (requested === 'cpu') return ['cpu'];
  return requested === 'auto' ? ['cuda', 'webgpu', 'cpu'] : [requested, 'cpu'];
}

/** Of several networks: what the first says that fell back, else the first. */
export function computesOn(networks: readonly { session: ComputesOn }[]): ComputesOn {
  const sessions = networks.map(({ session }) => session);
  return sessions.find(({ fallback }) => fallback !== undefined) ?? sessions[0]!;
}
