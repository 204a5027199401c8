export { finiteDifferences } from './finite-differences.js';
export { interpret } from './reference.js';
export { createTinyTrainer, TINY_FEATURES, tinyWeights } from './tiny-trainer.js';
export { writeTinyCheckpoint } from './tiny-checkpoint.js';
export { writeHollowCheckpoint } from './hollow-checkpoint.js';
