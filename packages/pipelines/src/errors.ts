import { defineErrors } from '@sluice/core';

export const pipelinesErrors = defineErrors('pipelines', {
  UNKNOWN_STAGE: (d: { uses: string; hint: string }) => `no stage is called "${d.uses}"; ${d.hint}`,
  NO_STAGE: (d: { uses: string; reason: string }) => `"${d.uses}" can't be used as a stage here: ${d.reason}`,
  BAD_PACKAGE_NAME: (d: { name: string }) =>
    `"${d.name}" can't be the name of a package; use lower case letters, digits and single "-", a letter first, with or without a scope: soft-blur, @acme/stage-soft-blur`,
  FOLDER_NOT_EMPTY: (d: { folder: string }) => `${d.folder} holds something already; name another place with --folder`,
  NEW_FOLDER: (d: { folder: string }) => `${d.folder} could not be written; name another place with --folder`,
  RUN_FOLDER: (d: { runsDir: string }) =>
    `the run's folder could not be written below ${d.runsDir}; free some space or choose another place with --runs-dir`,
});
