export { evaluate } from './evaluate.js';
export { evaluateOptions, type EvaluateOptions } from './options.js';
