import { createRequire } from 'node:module';
import { beforeAll, describe, expect, it } from 'vitest';
import { gradients } from '../../autodiff/backward.js';
import { GraphBuilder } from '../../graph/graph-builder.js';
import type { Graph } from '../../graph/graph.js';
import { float32Tensor } from '../tensor.js';
import { loadBackend } from './load-backend.js';
import { prepareProgram } from './program.js';
import type { Tf } from './tf.js';
import { createWorkerSessions } from './worker-sessions.js';

/** A loss with all that holds on to tensors: reshapes, several uses, several outputs, unused outputs. */
function graphOf(): Graph {
  const g = new GraphBuilder();
  const [x, w] = [g.input('x', [4, 3]), g.input('w', [3, 3])];
  const hidden = g.emit('Softmax', [g.emit('MatMul', [x, w])], { axis: 0 });
  const [left, right] = g.emitAll('Split', [g.emit('Reshape', [hidden], { shape: [2, 6] })], {
    axis: 1,
    sizes: [2, 4],
  });
  const loss = g.emit('ReduceSum', [g.emit('Mul', [left!, g.constant([1, 2])])], { axes: [0, 1], keepdims: false });
  const dw = gradients(g, loss, [w]).get(w)!;
  const next = g.emit('Sub', [w, g.emit('Mul', [dw, g.constant(0.1)])]);
  return g.build({ loss, again: loss, next, x, right: right!, flat: g.emit('Reshape', [w], { shape: [9] }) });
}

const feeds = {
  x: float32Tensor(
    [4, 3],
    Float32Array.from({ length: 12 }, (_, i) => Math.sin(i)),
  ),
};
const w = float32Tensor(
  [3, 3],
  Float32Array.from({ length: 9 }, (_, i) => Math.cos(i)),
);

describe.each(['cpu', 'wasm'] as const)('a graph on the %s backend', (backend) => {
  let tf: Tf;
  beforeAll(async () => {
    const file = createRequire(import.meta.url).resolve(`@tensorflow/tfjs-backend-${backend}`);
    ({ tf } = await loadBackend({ backend, file }));
  });

  it('leaves no tensor behind, however often it runs, and none at all when all is given back', async () => {
    const before = tf.memory().numTensors;
    const sessions = createWorkerSessions(tf);
    const { session } = await sessions.load({ model: graphOf() });
    const resident = await sessions.allocate({ tensor: w });
    const counts: number[] = [];
    const losses: number[] = [];
    for (let step = 0; step < 4; step++) {
      const { loss, next } = await sessions.run({
        session,
        feeds: { ...feeds, w: resident },
        into: { next: resident },
      });
      expect(next).toBeUndefined();
      losses.push(loss!.data[0] as number);
      counts.push(tf.memory().numTensors);
    }
    expect(new Set(counts).size).toBe(1);
    expect(losses.every((loss, i) => i === 0 || loss < losses[i - 1]!)).toBe(true);
    await sessions.free({ resident });
    await sessions.unload({ session });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('gives back what it holds when it is closed', async () => {
    const before = tf.memory().numTensors;
    const sessions = createWorkerSessions(tf);
    await sessions.load({ model: graphOf() });
    await sessions.allocate({ tensor: w });
    await sessions.close({});
    expect(tf.memory().numTensors).toBe(before);
  });

  it('frees a tensor when the last operator that needs it has run', () => {
    const g = new GraphBuilder();
    let value = g.input('x', [1000]);
    for (let i = 0; i < 20; i++) value = g.emit('Sin', [value]);
    const program = prepareProgram(tf, g.build({ value }));
    const x = tf.ones([1000]);
    const before = tf.memory().numTensors;
    let most = 0;
    const sin = tf.sin;
    const watched = {
      ...tf,
      sin: ((v) => {
        const y = sin(v);
        most = Math.max(most, tf.memory().numTensors - before);
        return y;
      }) as Tf['sin'],
    };
    program.dispose();
    const watching = prepareProgram(watched, g.build({ value }));
    for (const tensor of watching.run(new Map([['x', x]])).values()) tensor.dispose();
    x.dispose();
    expect(most).toBe(2);
  });

  it('changes no resident and leaves nothing behind where an operator fails', async () => {
    const broken = {
      ...tf,
      sub: () => {
        throw new Error('out of memory');
      },
    } as unknown as Tf;
    const sessions = createWorkerSessions(broken);
    const { session } = await sessions.load({ model: graphOf() });
    const resident = await sessions.allocate({ tensor: w });
    const before = tf.memory().numTensors;
    await expect(
      (async () => sessions.run({ session, feeds: { ...feeds, w: resident }, into: { next: resident } }))(),
    ).rejects.toThrow('out of memory');
    expect(tf.memory().numTensors).toBe(before);
    expect(await sessions.read({ resident })).toEqual(w);
    await sessions.close({});
  });
});
