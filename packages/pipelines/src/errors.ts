import { defineErrors } from '@sluice/core';

export const pipelinesErrors = defineErrors('pipelines', {
  UNKNOWN_STAGE: (d: { uses: string; hint: string }) => `no stage is called "${d.uses}"; ${d.hint}`,
  NO_STAGE: (d: { uses: string; reason: string }) => `"${d.uses}" can't be used as a stage here: ${d.reason}`,
  NO_RUN: (d: { word: string; runsDir: string; hint: string }) =>
    `no run in ${d.runsDir} is called "${d.word}"; ${d.hint}`,
  AMBIGUOUS_RUN: (d: { word: string; names: readonly string[] }) =>
    `"${d.word}" is the beginning of ${d.names.length} runs: ${d.names.slice(0, 12).join(', ')}${d.names.length > 12 ? ', ...' : ''}; write more of it`,
  BAD_RUN: (d: { folder: string; problem: string }) => `${d.folder} can't be read as a run's folder: ${d.problem}`,
  OUTPUT_FILE: (d: { file: string }) => `${d.file} could not be written; choose another place with --output`,
  RUN_FOLDER: (d: { runsDir: string }) =>
    `the run's folder could not be written below ${d.runsDir}; free some space or choose another place with --runs-dir`,
});
