import type { ServiceIdentifier } from 'inversify';
import type { DType, Graph, Shape } from '../graph/graph.js';
import type { Tensor } from './tensor.js';

/** An input or output of an executable. A dimension that is only known when it runs is its symbol's name. */
export interface Port {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly (number | string)[];
}

/** Runs graphs and model files. Nothing here blocks the event loop. */
export interface TensorEngine {
  readonly name: string;
  /** Version of the library that computes: another one may give other bytes. */
  readonly version: string;
  /** Threads that one operator may use: results are bit-identical from run to run at the same count only. */
  readonly threads: number;
  /** It computes on a processor, whose caches are smaller than the tensors of a step: large ones are better made in blocks. @default false */
  readonly cacheBound?: boolean;
  compile(graph: Graph, options?: CompileOptions): Promise<Executable>;
  /** An ONNX file by its path, or an ONNX model's bytes. */
  loadModel(model: string | Uint8Array, options?: CompileOptions): Promise<Executable>;
  /** A tensor that stays with the engine between runs; the data is copied. */
  allocate(tensor: Tensor): Promise<Resident>;
  /** Ends the engine. Requests that were already made are answered first, later ones are refused. */
  dispose(): Promise<void>;
}

export interface CompileOptions {
  /** Names the executable in error messages. @default the file's path, else `graph` */
  readonly label?: string;
  /**
   * A whole model that is only run, neither trained nor fed with residents, such as an image encoder: an engine that is slow at
   * those may hand it to one that is not. @default false
   */
  readonly frozen?: boolean;
  /** The graph is not used after this: the engine may free its constants. @default false */
  readonly disposable?: boolean;
}

/** A compiled graph. Create once, run often, release explicitly. */
export interface Executable {
  readonly label: string;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /**
   * Runs the graph. Feeds are copied into the engine, so their arrays are the caller's to reuse once this function has returned
   * its promise; tensors that many runs share belong into a `Resident`. An output named in `into` becomes that resident's new
   * value when the run has succeeded, and does not come back; a resident may be fed and written by one run.
   */
  run(feeds: Feeds, into?: Readonly<Record<string, Resident>>): Promise<Record<string, Tensor>>;
  release(): Promise<void>;
}

export type Feeds = Readonly<Record<string, Tensor | Resident>>;

/** A tensor in the engine, such as a weight or an optimiser's moment. Its shape never changes. */
export interface Resident {
  readonly dtype: DType;
  readonly shape: Shape;
  write(tensor: Tensor): Promise<void>;
  read(): Promise<Tensor>;
  release(): Promise<void>;
}

/** The engine that stages run tensors on; the composition root binds it. */
export const TENSOR_ENGINE: ServiceIdentifier<TensorEngine> = Symbol.for('sluice.TensorEngine');
