export { centerPoints } from './center-points.js';
