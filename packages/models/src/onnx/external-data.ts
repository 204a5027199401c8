import type { OnnxModel } from './onnx-schema.js';

/** A file that a model's tensors lie in besides the model's own, by the name that the model gives it. */
export interface ExternalFile {
  readonly location: string;
  readonly bytes: Uint8Array;
}

/** A model whose large tensors lie outside of it. */
export interface OnnxParts {
  readonly model: Uint8Array;
  readonly data: readonly ExternalFile[];
}

/**
 * Tensors of so many bytes or more are worth a place of their own; places begin at multiples of it, so that files can be mapped into memory
 * on every system, as ONNX asks for.
 */
export const EXTERNAL_BYTES = 2 ** 16;

/** The model without the values of its large initializers; `placeOf` takes each one's bytes and says where they lie from then on. */
export function withoutTensors(
  model: OnnxModel,
  placeOf: (bytes: Uint8Array) => { readonly location: string; readonly offset: number },
): OnnxModel {
  const initializer = model.graph.initializer.map((tensor) => {
    const { rawData, ...described } = tensor;
    if (rawData === undefined || rawData.length < EXTERNAL_BYTES) return tensor;
    const { location, offset } = placeOf(rawData);
    const externalData = [
      { key: 'location', value: location },
      { key: 'offset', value: String(offset) },
      { key: 'length', value: String(rawData.length) },
    ];
    return { ...described, externalData, dataLocation: EXTERNAL };
  });
  return { ...model, graph: { ...model.graph, initializer } };
}

/** `TensorProto.DataLocation` */
const EXTERNAL = 1;
