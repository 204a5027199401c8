import { choice, nameOrPath, path } from '@sluice/core';
import { modelEndings, modelNames } from '@sluice/models';
import { Type, type Static } from '@sinclair/typebox';

const factor = { minimum: 0, maximum: 1 };

const plateau = Type.Object(
  {
    monitor: choice(['f1', 'iou', 'precision', 'recall', 'f1_macro', 'iou_macro', 'loss'], {
      default: 'f1',
      description:
        'Score to watch, as `decision` brings it; `loss` is the mean training loss since the checkpoint before.',
    }),
    factor: Type.Number({
      default: 0.1,
      exclusiveMinimum: 0,
      exclusiveMaximum: 1,
      description: 'Multiplies the rate.',
    }),
    patience: Type.Integer({
      default: 2,
      minimum: 0,
      description: 'Checks without improvement that pass; the rate falls at the next.',
    }),
    'min-delta': Type.Number({
      default: 0.0001,
      minimum: 0,
      description: 'Smallest change that counts as an improvement.',
    }),
  },
  { default: {}, additionalProperties: false, description: 'When the rate of the schedule `plateau` falls.' },
);

const optimizer = Type.Object(
  {
    name: choice(['adam', 'adamw', 'sgd'], {
      default: 'adam',
      description: 'Optimiser; each computes as PyTorch does.',
    }),
    lr: Type.Number({ default: 2e-4, exclusiveMinimum: 0, description: 'Learning rate after warm-up.' }),
    beta1: Type.Number({
      default: 0.9,
      minimum: 0,
      exclusiveMaximum: 1,
      description: "Adam's decay of the gradients' mean.",
    }),
    beta2: Type.Number({
      default: 0.999,
      minimum: 0,
      exclusiveMaximum: 1,
      description: "Adam's decay of their squares' mean.",
    }),
    epsilon: Type.Number({
      default: 1e-8,
      exclusiveMinimum: 0,
      description: "Adam's guard against a division by zero.",
    }),
    momentum: Type.Number({ default: 0, minimum: 0, exclusiveMaximum: 1, description: 'Momentum of `sgd`.' }),
    nesterov: Type.Boolean({ default: false, description: "Nesterov's momentum for `sgd`." }),
    'weight-decay': Type.Optional(
      Type.Number({
        minimum: 0,
        description:
          'Weight decay: `adamw` beside its step, the others in the gradient. Without it, 0.01 for `adamw`, else 0.',
      }),
    ),
    'clip-norm': Type.Optional(
      Type.Number({ exclusiveMinimum: 0, description: 'Largest norm of all gradients together; more is scaled down.' }),
    ),
    'clip-value': Type.Optional(
      Type.Number({ exclusiveMinimum: 0, description: "Largest magnitude of a gradient's element." }),
    ),
    ema: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        exclusiveMaximum: 1,
        description:
          'Decay a step of an exponential moving average of the weights, such as 0.98; the average is what is evaluated, stopped by, kept and exported. Without it, the weights themselves.',
      }),
    ),
    'warmup-steps': Type.Integer({ default: 20, minimum: 0, description: 'Steps of linear warm-up.' }),
    schedule: choice(['cosine', 'linear', 'constant', 'plateau'], {
      default: 'cosine',
      description:
        'What the learning rate does after warm-up: `cosine` and `linear` fall until the last of `epochs`, `plateau` falls when a score no longer improves.',
    }),
    'min-factor': Type.Number({ default: 0, ...factor, description: 'Share of `lr` that it never falls below.' }),
    plateau,
  },
  { default: {}, additionalProperties: false, description: 'Optimiser and learning rate.' },
);

/** A part by its name, or parameters by patterns. */
const trainable = Type.Unsafe<'decoder' | 'heads' | readonly string[]>(
  Type.Union(
    [
      Type.Literal('decoder'),
      Type.Literal('heads'),
      Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { minItems: 1 }),
    ],
    {
      default: 'decoder',
      description:
        'What is trained: the mask decoder, its heads alone (all after the transformer), or parameters whose names match one of some patterns with `*`, such as `prompt_encoder.point_embeddings.*`.',
    },
  ),
);

/** Epochs, or OTX's rule. */
const validateEvery = Type.Unsafe<number | 'adaptive'>(
  Type.Union([Type.Number({ exclusiveMinimum: 0 }), Type.Literal('adaptive')], {
    default: 1,
    description:
      "Epochs between two checkpoints, which are what is validated; a fraction for several an epoch; `adaptive` is OTX's rule, up to 5 where an epoch has few steps.",
  }),
);

export const trainDecoderOptions = Type.Object(
  {
    model: nameOrPath(modelNames, modelEndings, {
      cacheKey: false, // it counts by its digest
      default: 'sam-tiny-vit',
      description: 'Model whose mask decoder is trained: one of the zoo (`sluice models ls`), or a checkpoint file.',
    }),
    trainable,
    start: Type.Optional(
      path({
        cacheKey: false, // it counts by its digest
        description:
          "Checkpoint whose decoder training starts from: of a run, or any with SAM's names (.safetensors, .pt, .pth, .onnx); without it, the model's own.",
      }),
    ),
    epochs: Type.Integer({
      default: 100,
      minimum: 1,
      description: 'At most so many passes over the train subset; early stopping may end sooner.',
    }),
    'batch-size': Type.Integer({ default: 2, minimum: 1, description: 'Images in an optimiser step.' }),
    optimizer,
    loss: choice(['sam', 'otx'], {
      default: 'sam',
      description:
        '20·focal + dice + iou, with the focal term on logits (`sam`) or on probabilities as OTX takes it (`otx`).',
    }),
    resolution: choice(['auto', 'low', 'original'], {
      default: 'auto',
      description:
        "Where the loss is taken: on the decoder's 256x256 logits (`low`), or at each image's own size as OTX does (`original`, slower); `auto` takes small objects at the image's size, the others low.",
    }),
    corrections: Type.Integer({
      default: 0,
      minimum: 0,
      maximum: 16,
      description:
        'Rounds of correction after the first answer, as the SAM paper trains: one more point where the answer is wrong, and the answer for a mask prompt. Each takes somewhat longer than the first. Not with `loss-tokens` or `loss-window`.',
    }),
    multimask: Type.Boolean({
      default: false,
      description:
        'Whether prompts of a single point, which may mean a part or the whole, train all four mask tokens: the one that answers, and the best of the other three. Evaluation and exported decoders still answer with the first.',
    }),
    'validate-every': validateEvery,
    'validate-every-steps': Type.Optional(
      Type.Integer({ minimum: 1, description: 'Steps between two checkpoints, instead of `validate-every`.' }),
    ),
    'on-nan': choice(['fail', 'skip-step'], {
      default: 'fail',
      description:
        'What a loss or gradient does that is no finite number: training fails, or the step is left out and the weights stay as they are.',
    }),
    'max-skipped': Type.Integer({
      default: 10,
      minimum: 1,
      description: 'With `skip-step`, steps in a row that may be left out before training fails.',
    }),
    'checkpoint-every': Type.Optional(
      Type.Integer({
        minimum: 1,
        cacheKey: false,
        description:
          'Steps after which, within an epoch, a state to resume from is written; without it, one a minute. Each epoch ends with one.',
      }),
    ),
    'class-weights': Type.Optional(
      Type.Record(Type.String(), Type.Number({ exclusiveMinimum: 0 }), {
        description: 'How much a prompt for an instance of a class counts in the loss, by its name; others count 1.',
      }),
    ),
    'loss-tokens': Type.Optional(
      Type.Integer({
        minimum: 2,
        maximum: 4095,
        description:
          'Approximate: takes the loss on so many of the 4096 image tokens (16 positions each), the objects and a part of the rest; its expectation is the whole loss. Not with `resolution: original`; `auto` is then `low`.',
      }),
    ),
    'loss-window': Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 8,
        description:
          'Approximate: takes the loss on a window around each object, with a margin of so many image tokens (4 positions on each side), and on every 16th token elsewhere; its expectation is the whole loss. Objects that fill more than half of the image in a direction take it whole. Not with `resolution: original` or `loss-tokens`; `auto` is then `low`.',
      }),
    ),
  },
  { additionalProperties: false },
);
export type TrainDecoderOptions = Static<typeof trainDecoderOptions>;
