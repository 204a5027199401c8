import type { Resident, TensorEngine } from '../engines/tensor-engine.js';
import { float32Tensor } from '../engines/tensor.js';
import type { Shape } from '../graph/graph.js';
import type { Weights } from '../weights/weights.js';

/** Tensors that stay in the engine, by name. */
export type ResidentSet = ReadonlyMap<string, Resident>;

/** Copies weights into the engine. */
export async function allocateWeights(
  engine: TensorEngine,
  weights: Weights,
  names: readonly string[],
): Promise<ResidentSet> {
  const entries = names.map(async (name) => {
    const { shape, data } = weights.get(name)!;
    return [name, await engine.allocate(float32Tensor(shape, data))] as const;
  });
  return new Map(await Promise.all(entries));
}

/** Zeros of these shapes in the engine. */
export async function allocateZeros(engine: TensorEngine, shapes: ReadonlyMap<string, Shape>): Promise<ResidentSet> {
  const entries = [...shapes].map(
    async ([name, shape]) => [name, await engine.allocate(float32Tensor(shape))] as const,
  );
  return new Map(await Promise.all(entries));
}

/** Zeros that are only read: those of one shape are one tensor in the engine. */
export async function sharedZeros(engine: TensorEngine, shapes: ReadonlyMap<string, Shape>): Promise<ResidentSet> {
  const alike = new Map([...shapes.values()].map((shape) => [String(shape), shape]));
  const zeros = await allocateZeros(engine, alike);
  return new Map([...shapes].map(([name, shape]) => [name, zeros.get(String(shape))!]));
}

/** Feeds or targets of a run: each resident under the name that `rename` gives it. */
export function renamed(residents: ResidentSet, rename: (name: string) => string): Record<string, Resident> {
  return Object.fromEntries([...residents].map(([name, resident]) => [rename(name), resident]));
}

export async function releaseAll(...sets: readonly ResidentSet[]): Promise<void> {
  await Promise.all(sets.flatMap((set) => [...set.values()].map((resident) => resident.release())));
}
