import type { Graph } from '../graph/graph.js';
import type { Value } from '../graph/value.js';
import { onnxModel } from './emit-onnx.js';
import { withoutTensors, type ExternalFile, type OnnxParts } from './external-data.js';
import { writeOnnx } from './write-onnx.js';

/**
 * A graph as an ONNX model for an engine's memory: each large constant is a file of its own, whose bytes are the constant's. Nothing is copied
 * into one buffer, and weights of more than the 2 GiB of a protobuf file are no obstacle.
 */
export function emitParts(graph: Graph, early?: readonly Value[]): OnnxParts {
  const data: ExternalFile[] = [];
  const model = withoutTensors(onnxModel(graph, early), (bytes) => {
    const location = String(data.length);
    data.push({ location, bytes });
    return { location, offset: 0 };
  });
  return { model: writeOnnx(model), data };
}
