export { overlay } from './overlay.js';
export { overlayOptions, type OverlayOptions } from './options.js';
