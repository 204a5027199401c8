export { myNameStage } from './stage.js';
