import type { Port } from '../tensor-engine.js';
import type { Tensor } from '../tensor.js';
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

/** Requests of the engine to its worker, by name: what goes there and what comes back. Residents and sessions go by number. */
export interface Requests {
  load: { readonly in: { readonly model: string | Uint8Array }; readonly out: LoadedSession };
  run: { readonly in: RunRequest; readonly out: Record<string, Tensor> };
  unload: { readonly in: { readonly session: number }; readonly out: undefined };
  allocate: { readonly in: { readonly tensor: Tensor }; readonly out: number };
  write: { readonly in: { readonly resident: number; readonly tensor: Tensor }; readonly out: undefined };
  read: { readonly in: { readonly resident: number }; readonly out: Tensor };
  free: { readonly in: { readonly resident: number }; readonly out: undefined };
  close: { readonly in: Record<string, never>; readonly out: undefined };
}

export interface LoadedSession {
  readonly session: number;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
}

export interface RunRequest {
  readonly session: number;
  readonly feeds: Readonly<Record<string, Tensor | number>>;
  readonly into: Readonly<Record<string, number>>;
}

export type RequestName = keyof Requests;

export type RequestMessage = {
  readonly [K in RequestName]: { readonly id: number; readonly request: K; readonly body: Requests[K]['in'] };
}[RequestName];

export type ReplyMessage =
  | { readonly id: number; readonly ok: true; readonly body: Requests[RequestName]['out'] }
  | { readonly id: number; readonly ok: false; readonly message: string };
