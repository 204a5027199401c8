export { loadCheckpoint } from './load-checkpoint.js';
export { loadCheckpointOptions, type LoadCheckpointOptions } from './options.js';
