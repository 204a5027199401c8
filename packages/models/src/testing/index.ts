export { finiteDifferences } from './finite-differences.js';
export { interpret } from './reference.js';
