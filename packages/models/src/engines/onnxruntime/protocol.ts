import type { ProviderName } from './providers.js';

/** What the worker is started with. */
export interface WorkerOptions {
  readonly provider: ProviderName;
  readonly threads: number;
  readonly spinning: boolean;
  readonly arena: boolean;
  /** Prefix of the profiles that onnxruntime writes, one file a session; `undefined` = none. */
  readonly profile: string | undefined;
}
