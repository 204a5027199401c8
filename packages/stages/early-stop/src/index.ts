export { earlyStop } from './early-stop.js';
export { earlyStopOptions, type EarlyStopOptions } from './options.js';
