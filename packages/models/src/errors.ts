import { defineErrors } from '@sluice/core';

/** Every error of this package, on one page. */
export const modelErrors = defineErrors('models', {
  TENSOR_MISMATCH: (d: { where: string; problem: string }) => `${d.where}: ${d.problem}`,
  ENGINE_FAILED: (d: { engine: string; action: string; reason: string }) =>
    `the ${d.engine} engine failed while ${d.action}: ${d.reason}`,
});
