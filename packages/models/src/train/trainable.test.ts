import { describe, expect, it } from 'vitest';
import { trainedNames, type Trainable } from './trainable.js';

const used = [
  'mask_decoder.mask_tokens.weight',
  'mask_decoder.transformer.layers.0.mlp.lin1.weight',
  'mask_decoder.output_upscaling.0.weight',
  'mask_decoder.iou_prediction_head.layers.0.bias',
  'mask_decoder.output_hypernetworks_mlps.0.layers.2.bias',
];
const all = [
  ...used,
  'mask_decoder.transformer.layers.0.self_attn.k_proj.bias',
  'prompt_encoder.pe_layer.positional_encoding_gaussian_matrix',
];
const short = (trainable: Trainable) => trainedNames(trainable, used, all);

describe('trainedNames', () => {
  it.each<[Trainable, readonly string[]]>([
    ['decoder', used],
    ['heads', used.slice(2)],
    [['*.bias'], used.slice(3)],
    [
      ['mask_decoder.transformer.*', '*mlp*'],
      [used[1]!, used[4]!],
    ],
    [['prompt_encoder.*'].map((each) => `${each}no_mask_embed.weight`), ['prompt_encoder.no_mask_embed.weight']],
    [
      ['prompt_encoder.point_embeddings.*', 'mask_decoder.mask_tokens.weight'],
      [used[0]!, ...[0, 1, 2, 3].map((kind) => `prompt_encoder.point_embeddings.${String(kind)}.weight`)],
    ],
  ])('%j', (trainable, expected) => {
    expect(short(trainable)).toEqual(expected);
  });

  it.each<[string, RegExp]>([
    ['mask_decoder.transformer', /write "mask_decoder.transformer.\*" for all of it/],
    ['mask_decoder.transformr.*', /did you mean "mask_decoder.transformer"/],
    ['image_encoder.*', /parameters and their modules: mask_decoder, /],
    ['*.positional_encoding_gaussian_matrix', /"prompt_encoder.pe_layer.* gets no gradient/],
    ['*k_proj.bias', /k_proj.bias" gets no gradient/],
    ['[a-z]+', /matches no parameter/],
    ['', /matches no parameter/],
    ['mask_decoder.mask_tokens*tokens.weight', /matches no parameter/],
    ['*weight*mask_tokens*', /matches no parameter/],
  ])('%j: an error with a hint', (pattern, message) => {
    expect(() => short(['mask_decoder.*', pattern])).toThrow(message);
    expect(() => short([pattern])).toThrow(expect.objectContaining({ code: 'models/NOTHING_TO_TRAIN' }));
  });

  it('an empty list: an error', () => {
    expect(() => short([])).toThrow(/name at least one/);
  });
});
