import { defineErrors } from '@sluice/core';

export const pipelinesErrors = defineErrors('pipelines', {
  UNKNOWN_STAGE: (d: { uses: string; hint: string }) => `no stage is called "${d.uses}"; ${d.hint}`,
  NO_STAGE: (d: { uses: string; reason: string }) => `"${d.uses}" can't be used as a stage here: ${d.reason}`,
  OUTPUT_FILE: (d: { file: string }) => `${d.file} could not be written; choose another place with --output`,
  RUN_FOLDER: (d: { runsDir: string }) =>
    `the run's folder could not be written below ${d.runsDir}; free some space or choose another place with --runs-dir`,
});
