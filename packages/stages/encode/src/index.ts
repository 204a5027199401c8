export { encode } from './encode.js';
export { encodeOptions, type EncodeOptions } from './options.js';
