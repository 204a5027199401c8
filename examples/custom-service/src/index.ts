export { stageLog } from './stage-log.js';
