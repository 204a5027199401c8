import { defineErrors } from '@sluice/core';

export const pipelinesErrors = defineErrors('pipelines', {
  UNKNOWN_STAGE: (d: { uses: string; hint: string }) => `no stage is called "${d.uses}"; ${d.hint}`,
  NO_STAGE: (d: { uses: string; reason: string }) => `"${d.uses}" can't be used as a stage here: ${d.reason}`,
  NO_RUN: (d: { run: string; runsDir: string }) =>
    `there is no run "${d.run}" in ${d.runsDir}; name one of the folders there, or give a path`,
  NO_FILE: (d: { runsDir: string }) =>
    `no pipeline file is named, and no run in ${d.runsDir} says which; name the file, or the folder with --runs-dir`,
  RUN_FOLDER: (d: { runsDir: string }) =>
    `the run's folder could not be written below ${d.runsDir}; free some space or choose another place with --runs-dir`,
  BAD_SWEEP: (d: { file: string; reason: string }) =>
    `${d.file} is not the record of a sweep: ${d.reason}; name a folder that \`sluice run\` made for a pipeline with a matrix`,
});
