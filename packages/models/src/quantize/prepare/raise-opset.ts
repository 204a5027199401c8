import { onnxOperations } from '../../cost/onnx-cost.js';
import { integerOf, integersOf } from '../../cost/onnx-values.js';
import { modelErrors } from '../../errors.js';
import { attributeTypes, dataTypes, type OnnxModel, type OnnxNode } from '../../onnx/onnx-schema.js';
import { bytesOf } from '../qdq-writer.js';

/** The opset that models are raised to: it has LayerNormalization, and scales for each channel. */
const OPSET = 17;

/** The earliest that is understood here. */
const EARLIEST = 11;

/** Since opset 13 these take as an input what was an attribute. */
const moved: Readonly<Record<string, string>> = {
  Squeeze: 'axes',
  Unsqueeze: 'axes',
  ReduceSum: 'axes',
  Split: 'split',
};

/** Before opset 13 these took the axes from `axis` on together, since then that axis alone: the same where it is the last. */
const flattening = new Set(['Softmax', 'LogSoftmax', 'Hardmax']);

/** These mean something else since opset 11, which is not translated. */
const untranslated = new Set(['BatchNormalization', 'RoiAlign', 'Dropout', 'Resize', 'If', 'Loop', 'Scan']);

/** Spells a model's nodes as opset 17 does. Changes the model. Throws `models/BAD_MODEL`. */
export function raiseOpset(model: OnnxModel, path: string): void {
  const own = model.opsetImport.find(({ domain = '' }) => domain === '');
  const before = Number(own?.version ?? 0);
  if (before >= OPSET) return;
  const refuse = (problem: string) =>
    modelErrors.BAD_MODEL({ model: path, problem: `${problem}; export it again with opset ${String(OPSET)}` });
  if (own === undefined || before < EARLIEST) throw refuse(`its operators are those of opset ${String(before)}`);
  const nodes = model.graph.node.filter(({ domain = '' }) => domain === '');
  for (const node of nodes) {
    const { opType, name, output } = node;
    const isFlattened = before < 13 && flattening.has(opType) && !isOfLastAxis(node, model);
    if (isFlattened || untranslated.has(opType))
      throw refuse(`what ${opType} ("${name || output[0]!}") of opset ${String(before)} does is not translated`);
  }
  own.version = OPSET;
  model.irVersion = Math.max(8, Number(model.irVersion));
  if (before >= 13) return;
  for (const node of nodes) {
    if (flattening.has(node.opType)) setLastAxis(node);
    if (Object.hasOwn(moved, node.opType)) moveAttribute(node, moved[node.opType]!, model);
  }
}

function isOfLastAxis(node: OnnxNode, model: OnnxModel): boolean {
  const axis = integerOf(node, 'axis', 1);
  if (axis === -1) return true;
  const operation = onnxOperations(model)[model.graph.node.indexOf(node)];
  return axis + 1 === operation?.inputs[0]?.length;
}

function setLastAxis(node: OnnxNode): void {
  const others = (node.attribute ?? []).filter(({ name }) => name !== 'axis');
  node.attribute = [...others, { name: 'axis', i: -1, type: attributeTypes.int }];
}

function moveAttribute(node: OnnxNode, name: string, { graph }: OnnxModel): void {
  const values = integersOf(node, name);
  if (values === undefined) return;
  const input = `${node.output[0]!}/${name}`;
  const rawData = bytesOf(BigInt64Array.from(values, BigInt));
  graph.initializer.push({ name: input, dims: [values.length], dataType: dataTypes.int64, rawData });
  node.attribute = (node.attribute ?? []).filter((each) => each.name !== name);
  node.input = [node.input[0]!, input];
}
