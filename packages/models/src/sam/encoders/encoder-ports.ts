import type { GraphBuilder } from '../../graph/graph-builder.js';
import type { Graph, Value } from '../../graph/graph.js';
import { toMap } from './layout.js';

/** What the input and the output of an encoder's graph are called, and how the embedding lies. */
export interface EncoderPorts {
  readonly pixels: string;
  readonly embedding: string;
  /** `tokens`: [grid², 256]; `map`: [1, 256, grid, grid]. */
  readonly layout: 'tokens' | 'map';
}

/** Those of the stages. */
export const stagePorts: EncoderPorts = { pixels: 'pixels', embedding: 'embedding', layout: 'tokens' };

/** Those of MobileSAM's ONNX encoder, which clients of SAM's ONNX decoder run before it. */
export const filePorts: EncoderPorts = { pixels: 'input', embedding: 'output', layout: 'map' };

/** Ends an encoder's graph. */
export function builtEncoder(builder: GraphBuilder, tokens: Value, grid: number, ports: EncoderPorts): Graph {
  return builder.build({ [ports.embedding]: ports.layout === 'tokens' ? tokens : toMap(builder, tokens, grid) });
}
