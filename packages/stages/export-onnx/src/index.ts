export { exportOnnx } from './export-onnx.js';
export { exportOnnxOptions } from './options.js';
