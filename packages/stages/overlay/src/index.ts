export { overlay } from './overlay.js';
export { overlayOptions, type OverlayOptions } from './options.js';
export { PictureContract, type PictureFile } from './picture-contract.js';
