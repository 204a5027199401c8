import type { Shape } from '../graph/graph.js';
import { elementCount } from '../graph/shape.js';
import { tinyVit } from '../sam/tiny-vit/tiny-vit.js';
import { vit } from '../sam/vit/vit.js';
import type { Weights } from '../weights/weights.js';
import { modelCost } from './model-cost.js';

type Shapes = ReadonlyMap<string, { readonly shape: Shape }>;

/**
 * Multiplications, each with an addition, of a SAM image encoder on an image of `size` pixels: of the graph that is run here, by its tensors' names
 * and shapes alone. Nothing for tensors that are no encoder's.
 */
export function encoderMacs(tensors: Shapes, size: number): number | undefined {
  const encoder = new Map([...tensors].filter(([name]) => name.startsWith('image_encoder.')));
  if (encoder.has('image_encoder.patch_embed.seq.0.c.weight')) return modelCost(tinyVit(zerosOf(encoder), size)).macs;
  return encoder.has('image_encoder.pos_embed') ? vitMacs(encoder, size) : undefined;
}

const blockName = /^image_encoder\.blocks\.(\d+)\./;

/** Blocks of the same shapes cost the same: a graph of all of ViT-H's would take gigabytes. */
function vitMacs(encoder: Shapes, size: number): number {
  const blocks = new Map<string, Map<string, Shape>>();
  for (const [name, { shape }] of encoder) {
    const [prefix, index] = blockName.exec(name) ?? [];
    if (prefix === undefined) continue;
    const block = blocks.get(index!) ?? new Map<string, Shape>();
    blocks.set(index!, block.set(name.slice(prefix.length), shape));
  }
  const rest = [...encoder].filter(([name]) => !blockName.test(name));
  const macsOf = (chosen: readonly ReadonlyMap<string, Shape>[]): number => {
    const named = chosen.flatMap((block, i) =>
      [...block].map(([name, shape]) => [`image_encoder.blocks.${String(i)}.${name}`, { shape }] as const),
    );
    return modelCost(vit(zerosOf(new Map([...rest, ...named])), size)).macs;
  };
  const [first, ...others] = blocks.values();
  if (first === undefined) return macsOf([]);
  const alone = macsOf([first]);
  const known = new Map<string, number>();
  return others.reduce((sum, block) => {
    const kind = JSON.stringify([...block].sort());
    const more = known.get(kind) ?? macsOf([first, block]) - alone;
    known.set(kind, more);
    return sum + more;
  }, alone);
}

const zerosOf = (shapes: Shapes): Weights =>
  new Map([...shapes].map(([name, { shape }]) => [name, { shape, data: new Float32Array(elementCount(shape)) }]));
