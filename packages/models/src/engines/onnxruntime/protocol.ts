import type { OnnxParts } from '../../onnx/external-data.js';
import type { ProviderName } from './providers.js';

/** An ONNX file by its path, or a model in memory. */
export type LoadableModel = string | OnnxParts;

/** What the worker is started with. */
export interface WorkerOptions {
  readonly provider: ProviderName;
  readonly threads: number;
  readonly spinning: boolean;
  readonly arena: boolean;
  /** Prefix of the profiles that onnxruntime writes, one file a session; `undefined` = none. */
  readonly profile: string | undefined;
}
