export { quantize } from './quantize.js';
export { quantizeOptions, type QuantizeOptions } from './options.js';
