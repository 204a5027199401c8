export { resizePad } from './resize-pad.js';
export { resizePadOptions, type ResizePadOptions } from './options.js';
