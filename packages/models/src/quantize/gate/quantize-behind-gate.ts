import type { OnnxModel } from '../../onnx/onnx-schema.js';
import type { Calibration } from '../calibration.js';
import { quantizableNodes, type QuantizableNode } from '../quantizable-nodes.js';
import { quantizeModel } from '../quantize-model.js';
import { holdGate, type GateOutcome } from './hold-gate.js';
import { rankGroups } from './rank-groups.js';

/** Less than this share of the products is not worth a quantized model. */
const WORTHWHILE = 0.1;

/** A part of a network that is quantized as a whole or not at all. */
export interface QuantizableGroup {
  readonly group: string;
  readonly nodes: number;
  /** Multiplications of one run. */
  readonly macs: number;
  readonly weightBytes: number;
}

export interface GatedQuantizationOptions {
  readonly model: OnnxModel;
  readonly calibration: Calibration;
  /** F1 that must be reached. */
  readonly atLeast: number;
  /** F1 with a quantized model, which `quantized` makes when it is needed; the groups that it leaves in float tell it apart. */
  readonly measure: (quantized: () => OnnxModel, float: ReadonlySet<string>) => Promise<number>;
  /** What a model gives for a few fixed inputs. */
  readonly probe: (model: OnnxModel) => Promise<readonly Float32Array[]>;
}

export interface GatedQuantization {
  readonly outcome: GateOutcome;
  readonly groups: readonly QuantizableGroup[];
}

/** Quantizes as much of a model as the gate allows: `holdGate` on its groups, ranked by the error of each alone in INT8. */
export async function quantizeBehindGate(options: GatedQuantizationOptions): Promise<GatedQuantization> {
  const { model, calibration, atLeast, measure, probe } = options;
  const nodes = quantizableNodes(model);
  const groups = groupsOf(nodes);
  const macs = groups.reduce((sum, group) => sum + group.macs, 0);
  const outcome = await holdGate({
    atLeast,
    measure: (float) => measure(() => quantizedModel(model, calibration, float), float),
    rank: async () =>
      rankGroups({
        groups: groups.map(({ group }) => group),
        expected: await probe(model),
        answers: (alone) => {
          const others = new Set(groups.map(({ group }) => group).filter((group) => group !== alone));
          return probe(quantizedModel(model, calibration, others));
        },
      }),
    isWorthwhile: (float) => {
      const left = groups.filter(({ group }) => !float.has(group)).reduce((sum, group) => sum + group.macs, 0);
      return left > 0 && left >= WORTHWHILE * macs;
    },
  });
  return { outcome, groups };
}

/** The model with all groups quantized but these. */
export function quantizedModel(model: OnnxModel, calibration: Calibration, float: ReadonlySet<string>): OnnxModel {
  const nodes = quantizableNodes(model).filter(({ group }) => float.has(group));
  return quantizeModel(model, calibration, { float: new Set(nodes.map(({ name }) => name)) });
}

/** Groups in the order of their first nodes. */
function groupsOf(nodes: readonly QuantizableNode[]): readonly QuantizableGroup[] {
  const groups = new Map<string, QuantizableGroup>();
  for (const { group, macs, weightBytes } of nodes) {
    const before = groups.get(group) ?? { group, nodes: 0, macs: 0, weightBytes: 0 };
    groups.set(group, {
      group,
      nodes: before.nodes + 1,
      macs: before.macs + macs,
      weightBytes: before.weightBytes + weightBytes,
    });
  }
  return [...groups.values()];
}
