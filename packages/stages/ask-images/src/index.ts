export { askImages } from './ask-images.js';
export { askImagesOptions, type AskImagesOptions } from './options.js';
