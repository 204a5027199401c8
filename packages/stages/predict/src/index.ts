export { predict } from './predict.js';
export { predictOptions, type PredictOptions } from './options.js';
export { PredictionsContract, type PredictionsFile } from './predictions-contract.js';
