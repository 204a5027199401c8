import { defineErrors } from '@sluice/core';

export const pipelinesErrors = defineErrors('pipelines', {
  UNKNOWN_STAGE: (d: { uses: string; hint: string }) => `no stage is called "${d.uses}"; ${d.hint}`,
  NO_STAGE: (d: { uses: string; reason: string }) => `"${d.uses}" can't be used as a stage here: ${d.reason}`,
  BAD_PACKAGE_NAME: (d: { name: string }) =>
    `"${d.name}" can't be the name of a package; use lower case letters, digits and single "-", a letter first, with or without a scope: soft-blur, @acme/stage-soft-blur`,
  FOLDER_NOT_EMPTY: (d: { folder: string }) => `${d.folder} holds something already; name another place with --folder`,
  NEW_FOLDER: (d: { folder: string }) => `${d.folder} could not be written; name another place with --folder`,
  AMBIGUOUS_RUN: (d: { word: string; names: readonly string[] }) =>
    `"${d.word}" is the beginning of ${d.names.length} runs: ${d.names.slice(0, 12).join(', ')}${d.names.length > 12 ? ', ...' : ''}; write more of it`,
  BAD_RUN: (d: { folder: string; problem: string }) => `${d.folder} can't be read as a run's folder: ${d.problem}`,
  RUN_ACTIVE: (d: { run: string; pid: number; host: string }) =>
    `the run ${d.run} is still running (process ${String(d.pid)} on ${d.host}); wait for it, or end that process first`,
  RUN_ELSEWHERE: (d: { run: string; pid: number; host: string }) =>
    `the run ${d.run} was running on another machine (process ${String(d.pid)} on ${d.host}), which can't be asked from here; ` +
    'if it has ended there, resume with --take-over',
  RESUME_VARIABLE: (d: { set: string }) =>
    `--set ${d.set} has no effect on a run that is resumed, for its variables were put in when it began; set the option itself: stages.<stage>.with.<option>=<value>`,
  NO_PROVIDER: (d: { provider: string; reason: string; help: string }) =>
    `onnxruntime's provider "${d.provider}" does not work here (${d.reason}): ${d.help}; \`sluice doctor\` shows what works, and \`provider: auto\` takes that`,
  NO_RUN: (d: { word: string; runsDir: string; hint: string }) =>
    `no run in ${d.runsDir} is called "${d.word}"; ${d.hint}`,
  NO_FILE: (d: { runsDir: string }) =>
    `no pipeline file is named, and no run in ${d.runsDir} says which; name the file, or the folder with --runs-dir`,
  NO_TESTS: (d: { file: string }) =>
    `${d.file} has no tests; add some under "tests:", for instance { stage: resize, given: { samples: [] }, expect: { images: [] } }`,
  NO_RECIPE: (d: { word: string; hint: string }) =>
    `there is no recipe "${d.word}", neither by name nor as a file; ${d.hint}`,
  NO_CHECKPOINT: (d: { folder: string }) =>
    `${d.folder} has no trained decoder, neither in checkpoints nor as models/decoder.onnx; name a run that has trained (\`sluice runs ls\`), or a file with weights`,
  BAD_CHECKPOINT: (d: { file: string }) =>
    `${d.file} can't be read as a checkpoint; name a run, or a file with SAM's mask decoder (.safetensors, .pt, .pth, .onnx)`,
  DATA_ROOT: ({ place, option }: { place: string; option: '--data-root' | '--image' | '--prompts' }) =>
    option === '--data-root'
      ? `there is no dataset ${place}; name its folder, or a zip or tar archive of it, with --data-root`
      : `there is no file ${place}; name one that is there with ${option}`,
  OUTPUT_FILE: (d: { file: string }) => `${d.file} could not be written; choose another place with --output`,
  RUN_FOLDER: (d: { runsDir: string }) =>
    `the run's folder could not be written below ${d.runsDir}; free some space or choose another place with --runs-dir`,
  BAD_SWEEP: (d: { file: string; reason: string }) =>
    `${d.file} is not the record of a sweep: ${d.reason}; name a folder that \`sluice run\` made for a pipeline with a matrix`,
});
