/** onnxruntime's execution providers that an engine can be asked for. */
export const providerNames = ['cpu', 'cuda', 'webgpu'] as const;

export type ProviderName = (typeof providerNames)[number];

/** The engine's name in cache keys: each provider computes other bytes. The CPU's is the library's own. */
export const engineName = (provider: ProviderName): string =>
  provider === 'cpu' ? 'onnxruntime' : `onnxruntime-${provider}`;
