import { modelErrors } from '../errors.js';
import type { Shape } from '../graph/graph.js';
import type { OnnxModel, OnnxNode } from '../onnx/onnx-schema.js';
import { costOf, type ModelCost, type Operation } from './model-cost.js';
import { shapeRules, Underivable } from './onnx-shape-rules.js';
import { integerOf, tensorValue, type StaticValue } from './onnx-values.js';

/**
 * The cost of one run of an ONNX model on inputs of these shapes (by name; sizes that the file itself fixes may be left out). Nothing
 * is run: shapes are derived node by node. Throws `models/NO_SHAPE` where an operator is unknown, a shape depends on data, or the
 * nodes are in no order that can be run.
 */
export function onnxCost(
  model: OnnxModel,
  inputShapes: Readonly<Record<string, Shape>> = {},
  path = 'the model',
): ModelCost {
  return costOf(onnxOperations(model, inputShapes, path));
}

/** What `onnxCost` counts: the model's nodes, in their order, with the shapes that they take and give. Throws what it throws. */
export function onnxOperations(
  { graph }: OnnxModel,
  inputShapes: Readonly<Record<string, Shape>> = {},
  path = 'the model',
): readonly Operation[] {
  const values = new Map<string, StaticValue>();
  for (const initializer of graph.initializer) values.set(initializer.name ?? '', tensorValue(initializer));
  for (const { name, type } of graph.input) {
    if (values.has(name)) continue;
    const fixed = type?.tensorType?.shape?.dim?.map(({ dimValue }) => Number(dimValue ?? 0)) ?? [0];
    const shape = Object.hasOwn(inputShapes, name) ? inputShapes[name]! : fixed;
    if (!shape.every((size) => Number.isInteger(size) && size > 0))
      throw modelErrors.NO_SHAPE({ path, node: name, reason: 'this input needs a shape' });
    values.set(name, { shape });
  }
  return graph.node.map((node) => operationOf(node, values, path));
}

function operationOf(node: OnnxNode, values: Map<string, StaticValue>, path: string): Operation {
  const refuse = (reason: string): Error =>
    modelErrors.NO_SHAPE({ path, node: `${node.name ?? 'unnamed'} (${node.opType})`, reason });
  const known = ['', 'com.microsoft'].includes(node.domain ?? '') && Object.hasOwn(shapeRules, node.opType);
  const rule = known ? shapeRules[node.opType] : undefined;
  if (rule === undefined) throw refuse('the operator is not known here');
  const inputs = node.input.map((name) => {
    const value = values.get(name);
    if (value === undefined && name !== '') {
      throw refuse(`it takes "${name}", which nothing before it gives: the graph has a cycle, or a node is missing`);
    }
    return value;
  });
  const outputs = derive(() => rule(inputs as readonly StaticValue[], node), refuse);
  node.output.forEach((name, i) => {
    const output = outputs[i];
    if (output !== undefined && name !== '') values.set(name, output);
  });
  return {
    op: node.opType,
    inputs: inputs.map((input) => input?.shape ?? []),
    output: outputs[0]?.shape ?? [],
    transA: integerOf(node, 'transA', 0) === 1,
  };
}

function derive(
  rule: () => StaticValue | readonly StaticValue[],
  refuse: (reason: string) => Error,
): readonly StaticValue[] {
  try {
    const result = rule();
    return 'shape' in result ? [result] : result;
  } catch (error) {
    if (error instanceof Underivable) throw refuse(error.message);
    if (error instanceof TypeError) throw refuse('an input is missing'); // a rule read an operand that the node does not have
    throw error;
  }
}
