/**
 * Ways to train, by name: what to ask with, and options of the trainer.
 * @type {Readonly<Record<string, { prompts: Omit<import('@sluice/data').PromptOptions, 'seed'>, trainer?: Partial<import('@sluice/models').DecoderTrainerOptions> }>>}
 */
export const variants = {
  box: { prompts: { jitter: 0.02 } },
  point: { prompts: { boxes: false, points: true } },
  mixed: { prompts: { mix: { box: 1, point: 1 }, jitter: 0.02 } },
  paper: { prompts: { mix: { box: 1, point: 1 }, jitter: 0.1, noise: 'normal' } },
  // As the paper corrects: one and two more rounds.
  corrected: { prompts: { mix: { box: 1, point: 1 }, jitter: 0.02 }, trainer: { corrections: 1 } },
  'corrected-twice': { prompts: { mix: { box: 1, point: 1 }, jitter: 0.02 }, trainer: { corrections: 2 } },
  // Single points train all mask tokens, by the best of three.
  multimask: { prompts: { mix: { box: 1, point: 1 }, jitter: 0.02 }, trainer: { multimask: true } },
  // Approximate: the loss on a quarter and on an eighth of the image tokens.
  quarter: { prompts: { mix: { box: 1, point: 1 }, jitter: 0.02 }, trainer: { lossTokens: 1024 } },
  eighth: { prompts: { mix: { box: 1, point: 1 }, jitter: 0.02 }, trainer: { lossTokens: 512 } },
  // Approximate: the loss on a window around each object and a lattice elsewhere.
  window: { prompts: { mix: { box: 1, point: 1 }, jitter: 0.02 }, trainer: { lossWindow: 2 } },
  // All prompts on the decoder's logits, also for small objects; all at each image's own size.
  low: { prompts: { jitter: 0.02 }, trainer: { resolution: 'low' } },
  original: { prompts: { mix: { box: 1, point: 1 }, jitter: 0.02 }, trainer: { resolution: 'original' } },
};
