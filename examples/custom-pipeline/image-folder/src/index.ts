export { imageFolder } from './image-folder.js';
