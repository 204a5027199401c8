import type { Port } from '../tensor-engine.js';
import type { Tensor } from '../tensor.js';

/**
 * Requests of an engine to its worker, by name: what goes there and what comes back. `Model` is what the worker loads. Residents and
 * sessions go by number.
 */
export interface Requests<Model> {
  load: { readonly in: { readonly model: Model }; readonly out: LoadedSession };
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

export type RequestName = keyof Requests<unknown>;

export type RequestMessage<Model> = {
  readonly [K in RequestName]: { readonly id: number; readonly request: K; readonly body: Requests<Model>[K]['in'] };
}[RequestName];

/** What a worker answers, and the buffers that move to the caller instead of being copied. */
export interface Answer {
  readonly body: Requests<unknown>[RequestName]['out'];
  readonly transfer: readonly ArrayBuffer[];
}

export type ReplyMessage =
  | { readonly id: number; readonly ok: true; readonly body: Answer['body'] }
  | { readonly id: number; readonly ok: false; readonly message: string };
