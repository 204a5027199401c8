export { trainDecoder } from './train-decoder.js';
export { trainDecoderOptions, type TrainDecoderOptions } from './options.js';
