import { modelErrors } from '../errors.js';
import { operators } from '../ops/index.js';
import type { Constant, DType, Graph, GraphNode, NodeOf, Shape, Value } from './graph.js';
import type { AttrArguments, OpInputs, OpName } from './op-signatures.js';
import { prune } from './prune.js';
import { elementCount } from './shape.js';

/** A list of more values than this is not compared value by value. */
const LONG = 64;

/**
 * Writes a graph down, operator by operator; nothing is computed. The same operator on the same values is added once: the second
 * `emit` returns the first one's outputs. That is sound because operators are pure, and it lets gradient rules ask again for what
 * the forward pass already has.
 */
export class GraphBuilder {
  readonly #inputs: Value[] = [];
  readonly #constants: Constant[] = [];
  readonly #nodes: GraphNode[] = [];
  readonly #names = new Set<string>();
  readonly #ids = new Map<Value, number>();
  readonly #known = new Map<string, readonly Value[]>();
  readonly #lists = new Map<readonly unknown[], number>();

  /** Nodes so far, in topological order. */
  get nodes(): readonly GraphNode[] {
    return this.#nodes;
  }

  /** Whether this builder made the value. */
  has(value: Value): boolean {
    return this.#ids.has(value);
  }

  input(name: string, shape: Shape, dtype: DType = 'float32'): Value {
    const value = this.#value(this.#claim(name, 'input'), shape, dtype);
    this.#inputs.push(value);
    return value;
  }

  /**
   * A float32 constant. A number fills the shape (a scalar if there is none); an array has one axis if no shape is given. A
   * Float32Array is held, not copied: leave it unchanged. Unnamed constants of one element are shared.
   */
  constant(data: ArrayLike<number> | number, shape?: Shape, name?: string): Value {
    const resolved = shape ?? (typeof data === 'number' ? [] : [data.length]);
    const count = elementCount(resolved);
    const single = typeof data === 'number' ? data : data.length === 1 ? data[0] : undefined;
    if (count !== 1 || single === undefined || name !== undefined) return this.#addConstant(data, resolved, name);
    const key = `constant ${Object.is(single, -0) ? '-0' : String(single)} [${resolved.join(',')}]`;
    const [known] = this.#known.get(key) ?? [];
    if (known) return known;
    const value = this.#addConstant(data, resolved, name);
    this.#known.set(key, [value]);
    return value;
  }

  /** Adds an operator and returns its first output. Throws `models/SHAPE_MISMATCH` where the inputs don't fit. */
  emit<O extends OpName>(op: O, inputs: OpInputs<O>, ...attrs: AttrArguments<O>): Value {
    return this.emitAll(op, inputs, ...attrs)[0]!;
  }

  /** Adds an operator and returns all its outputs. */
  emitAll<O extends OpName>(op: O, inputs: OpInputs<O>, ...attrs: AttrArguments<O>): readonly Value[] {
    const definition = operators[op];
    const complete = { ...definition.defaults, ...attrs[0] };
    const ids = inputs.map((input) => this.#idOf(input, `input of ${op}`));
    const key = `${op} ${ids.join(',')} ${this.#keyOf(complete)}`;
    const known = this.#known.get(key);
    if (known) return known;
    const shapes = inputs.map(({ shape }) => shape);
    const types = definition.infer(inputs, complete, (reason) => modelErrors.SHAPE_MISMATCH({ op, shapes, reason }));
    const name = this.#generate(op);
    const outputs = types.map(({ shape, dtype }, i) =>
      this.#value(i === 0 ? name : this.#claim(`${name}_${String(i)}`, 'output'), shape, dtype),
    );
    const node: NodeOf<O> = { op, name, inputs, outputs, attrs: complete };
    this.#nodes.push(node as unknown as GraphNode);
    this.#known.set(key, outputs);
    return outputs;
  }

  /** The graph of these outputs: all declared inputs, and those constants and nodes that an output needs. */
  build(outputs: Readonly<Record<string, Value>>): Graph {
    for (const [name, value] of Object.entries(outputs)) this.#idOf(value, `output "${name}"`);
    return prune({
      inputs: [...this.#inputs],
      constants: this.#constants,
      nodes: this.#nodes,
      outputs: { ...outputs },
    });
  }

  /** Attributes as part of a key: a long list, such as Gather's indices, by which one it is. */
  #keyOf(attributes: object): string {
    return JSON.stringify(attributes, (_, value: unknown) => {
      if (!Array.isArray(value) || value.length <= LONG) return value;
      if (!this.#lists.has(value)) this.#lists.set(value, this.#lists.size);
      return `list ${String(this.#lists.get(value))}`;
    });
  }

  #addConstant(data: ArrayLike<number> | number, shape: Shape, name: string | undefined): Value {
    const count = elementCount(shape);
    const unique = name === undefined ? this.#generate('constant') : this.#claim(name, 'constant');
    if (typeof data !== 'number' && data.length !== count) {
      throw modelErrors.CONSTANT_SIZE({ name: unique, shape, count: data.length });
    }
    const value = this.#value(unique, shape, 'float32');
    const held =
      typeof data === 'number'
        ? new Float64Array(count).fill(data)
        : data instanceof Float32Array
          ? data
          : Float64Array.from(data);
    this.#constants.push({ value, data: held });
    return value;
  }

  #value(name: string, shape: Shape, dtype: DType): Value {
    const value: Value = { name, shape: [...shape], dtype };
    this.#ids.set(value, this.#ids.size);
    return value;
  }

  #idOf(value: Value, use: string): number {
    const id = this.#ids.get(value);
    if (id === undefined) throw modelErrors.FOREIGN_VALUE({ name: value.name, use });
    return id;
  }

  #claim(name: string, kind: string): string {
    if (this.#names.has(name)) throw modelErrors.DUPLICATE_NAME({ name, kind });
    this.#names.add(name);
    return name;
  }

  /** `Softmax_12`: the number grows through the whole graph, so that names tell the order. */
  #generate(stem: string): string {
    let number = this.#ids.size;
    while (this.#names.has(`${stem}_${String(number)}`)) number += 1;
    return this.#claim(`${stem}_${String(number)}`, stem);
  }
}
