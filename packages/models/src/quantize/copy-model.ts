import type { OnnxModel } from '../onnx/onnx-schema.js';
import { readOnnx } from '../onnx/read-onnx.js';
import { writeOnnx } from '../onnx/write-onnx.js';

/** A model of its own to change, with everything that the file had, read or not. */
export const copyOf = (model: OnnxModel): OnnxModel => readOnnx(writeOnnx(model), 'the model');
