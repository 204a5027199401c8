import type { OnnxModel } from '../../onnx/onnx-schema.js';

/** Turns `Constant` nodes that hold a tensor into initializers. Changes the model. */
export function hoistConstants({ graph }: OnnxModel): void {
  graph.node = graph.node.filter(({ opType, domain, attribute = [], output: [name] }) => {
    const tensor = opType === 'Constant' && !domain ? attribute.find((each) => each.name === 'value')?.t : undefined;
    if (tensor === undefined || name === undefined) return true;
    graph.initializer.push({ ...tensor, name });
    return false;
  });
}
