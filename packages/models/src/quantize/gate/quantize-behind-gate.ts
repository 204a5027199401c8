import { elementCount } from '../../graph/shape.js';
import type { OnnxModel } from '../../onnx/onnx-schema.js';
import type { Calibration } from '../calibration.js';
import { blocksOf } from '../blocks.js';
import { productsOf } from '../products.js';
import { quantizeModel } from '../quantize-model.js';
import { holdGate, type GateOutcome, type RankedGroup } from './hold-gate.js';
import { rankGroups } from './rank-groups.js';

/** A model of which less than this share of the weights is quantized is hardly smaller. */
const WORTHWHILE = 0.1;

/** A part of a network that is quantized as a whole or not at all. */
export interface QuantizableGroup {
  readonly group: string;
  /** Names of its products. */
  readonly nodes: readonly string[];
  /** Of the float32 weights. */
  readonly weightBytes: number;
}

export interface GatedQuantizationOptions {
  readonly model: OnnxModel;
  readonly calibration: Calibration;
  /** What is quantized as a whole or not at all: a block of the network, or a product by itself where blocks are large. */
  readonly unit: 'block' | 'product';
  /** Products that compute in float with weights in 8 bits, whatever the gate says. @default none */
  readonly packed?: ReadonlySet<string>;
  /** F1 that must be reached. */
  readonly atLeast: number;
  /** F1 with a quantized model, which `quantized` makes when it is needed; the groups that it leaves in float tell it apart. */
  readonly measure: (quantized: () => OnnxModel, float: readonly string[]) => Promise<number>;
  /** What a model gives for a few fixed inputs. */
  readonly probe: (model: OnnxModel) => Promise<readonly Float32Array[]>;
  /** Takes the ranking from where it is kept, or lets it be made. */
  readonly kept: (rank: () => Promise<readonly RankedGroup[]>) => Promise<readonly RankedGroup[]>;
}

export interface GatedQuantization {
  readonly outcome: GateOutcome;
  readonly groups: readonly QuantizableGroup[];
  /** The model that the gate has come to. */
  readonly quantized: OnnxModel;
}

/** Quantizes as much of a model as the gate allows: `holdGate` on its groups, ranked by the error of each alone in INT8. */
export async function quantizeBehindGate(options: GatedQuantizationOptions): Promise<GatedQuantization> {
  const { model, calibration, unit, packed = new Set(), atLeast, measure, probe, kept } = options;
  const groups = groupsOf(model, unit);
  const quantized = (float: ReadonlySet<string>): OnnxModel => {
    const nodes = groups.filter(({ group }) => float.has(group)).flatMap((group) => group.nodes);
    return quantizeModel(model, calibration, { float: new Set(nodes), packed });
  };
  const bytes = groups.reduce((sum, { weightBytes }) => sum + weightBytes, 0);
  const outcome = await holdGate({
    atLeast,
    measure: (float) => measure(() => quantized(float), [...float].sort()),
    rank: () =>
      kept(async () =>
        rankGroups({
          groups: groups.map(({ group }) => group),
          expected: await probe(model),
          answers: (alone) => {
            const others = groups.map(({ group }) => group).filter((group) => group !== alone);
            return probe(quantized(new Set(others)));
          },
        }),
      ),
    isWorthwhile: (float) => {
      const left = groups.filter(({ group }) => !float.has(group));
      return left.length > 0 && left.reduce((sum, { weightBytes }) => sum + weightBytes, 0) >= WORTHWHILE * bytes;
    },
  });
  return { outcome, groups, quantized: quantized(new Set(outcome.float)) };
}

/** In the order of their first products. */
function groupsOf(model: OnnxModel, unit: 'block' | 'product'): readonly QuantizableGroup[] {
  const blocks = new Map(blocksOf(model).map((block, place) => [model.graph.node[place]!, block]));
  const groups = new Map<string, QuantizableGroup>();
  for (const { node, name, weight } of productsOf(model)) {
    const group = unit === 'block' ? blocks.get(node)! : name;
    const { nodes, weightBytes } = groups.get(group) ?? { nodes: [], weightBytes: 0 };
    const size = elementCount((weight.dims ?? []).map(Number)) * Float32Array.BYTES_PER_ELEMENT;
    groups.set(group, { group, nodes: [...nodes, name], weightBytes: weightBytes + size });
  }
  return [...groups.values()];
}
