import { modelErrors } from '../errors.js';
import type { Resident, TensorEngine } from '../engines/tensor-engine.js';
import { float32Tensor } from '../engines/tensor.js';
import type { Shape } from '../graph/graph.js';
import { gradientNormGraph } from '../optim/clip-gradients.js';
import { averageOf, gradientOf, momentOf, next } from '../optim/names.js';
import { createOptimizer, type OptimizerOptions } from '../optim/optimizer.js';
import type { Weights } from '../weights/weights.js';
import { allocateWeights, allocateZeros, releaseAll, renamed, sharedZeros, type ResidentSet } from './resident-set.js';

/** All that later steps depend on; the sums of gradients are empty between two steps. */
export interface TrainingSnapshot {
  /** Optimiser steps taken. */
  readonly steps: number;
  /** Trained parameters under their names, the optimiser's moments, such as Adam's `mean:<name>` and `square:<name>`, and averages, `average:<name>`. */
  readonly tensors: Weights;
}

/** Parameters, their gradient sums and the optimiser's moments, all kept in the engine. */
export interface TrainingState {
  /** Starts new sums. */
  begin(): void;
  /** Feeds and targets of a run that adds to the sums of the parameters that it uses. */
  accumulation(uses?: (parameter: string) => boolean): {
    readonly feeds: Readonly<Record<string, Resident>>;
    readonly into: Readonly<Record<string, Resident>>;
  };
  /** Applies the sums to the parameters, unless one of them is no finite number. Returns the Euclidean norm of all of them together. */
  step(learningRate: number): Promise<number>;
  /** The sums, by parameter: zeros where nothing was added since `begin`. */
  gradients(): Promise<Weights>;
  /** The parameters' present values, or their moving averages where the optimiser keeps these. */
  parameters(): Promise<Weights>;
  /** A copy of it all, to go on from later; not while a step is under way. */
  snapshot(): Promise<TrainingSnapshot>;
  restore(snapshot: TrainingSnapshot): Promise<void>;
  release(): Promise<void>;
}

/** State of some of the checkpoint's parameters: those in `frozen` are fed to every run and never change. */
export async function createTrainingState(
  engine: TensorEngine,
  weights: Weights,
  { trained, frozen = [] }: { readonly trained: readonly string[]; readonly frozen?: readonly string[] },
  options: OptimizerOptions,
): Promise<TrainingState> {
  const optimizer = createOptimizer(options);
  const shapes = new Map<string, Shape>(trained.map((name) => [name, weights.get(name)!.shape]));
  const momentShapes = new Map(
    optimizer.moments.flatMap((moment) => [...shapes].map(([name, shape]) => [momentOf(moment, name), shape])),
  );
  const [parameters, fixed] = await Promise.all(
    [trained, frozen].map((some) => allocateWeights(engine, weights, some)),
  );
  const [sums, zeros] = await Promise.all([allocateZeros(engine, shapes), sharedZeros(engine, shapes)]);
  const moments = await allocateZeros(engine, momentShapes);
  const averages = await allocateWeights(engine, weights, optimizer.averages ? trained : []);
  const norm = await engine.compile(gradientNormGraph(shapes), { label: 'gradient norm' });
  const update = await engine.compile(optimizer.graph(shapes), { label: 'optimiser' });
  const residents: ResidentSet = new Map([
    ...parameters!,
    ...moments,
    ...[...averages].map(([name, resident]) => [averageOf(name), resident] as const),
  ]);
  let steps = 0;
  /** Parameters whose sums hold something of this batch. */
  const summed = new Set<string>();
  const sumsSoFar = (): ResidentSet =>
    new Map([...sums].map(([name, sum]) => [name, summed.has(name) ? sum : zeros.get(name)!]));

  return {
    begin: () => {
      summed.clear();
    },
    accumulation: (uses = () => true) => {
      const used = (residents: ResidentSet): ResidentSet => new Map([...residents].filter(([name]) => uses(name)));
      const [before, after] = [used(sumsSoFar()), used(sums)];
      for (const name of after.keys()) summed.add(name);
      return {
        feeds: { ...Object.fromEntries([...used(parameters!), ...used(fixed!)]), ...renamed(before, gradientOf) },
        into: renamed(after, (name) => next(gradientOf(name))),
      };
    },
    step: async (learningRate) => {
      const gradients = renamed(sumsSoFar(), gradientOf);
      const gradientNorm = ((await norm.run(gradients))['norm']!.data as Float32Array)[0]!;
      if (!Number.isFinite(gradientNorm)) return gradientNorm;
      steps += 1;
      const scalars = Object.entries(optimizer.scalars(steps, learningRate, gradientNorm));
      const fed = Object.fromEntries(scalars.map(([name, value]) => [name, float32Tensor([], [value])]));
      await update.run({ ...Object.fromEntries(residents), ...gradients, ...fed }, renamed(residents, next));
      return gradientNorm;
    },
    gradients: () => readAll(sumsSoFar()),
    parameters: () => readAll(optimizer.averages ? averages : parameters!),
    snapshot: async () => ({ steps, tensors: await readAll(residents) }),
    restore: async (snapshot) => {
      await Promise.all(
        [...residents].map(([name, resident]) => {
          const tensor = snapshot.tensors.get(name);
          if (tensor === undefined) throw modelErrors.BAD_WEIGHTS({ name, problem: 'the snapshot lacks it' });
          return resident.write(float32Tensor(tensor.shape, tensor.data));
        }),
      );
      ({ steps } = snapshot);
      summed.clear();
    },
    release: async () => {
      await Promise.all([norm.release(), update.release()]);
      await releaseAll(parameters!, fixed!, sums, zeros, moments, averages);
    },
  };
}

async function readAll(residents: ResidentSet): Promise<Weights> {
  const entries = [...residents].map(async ([name, resident]) => {
    const { shape, data } = await resident.read();
    return [name, { shape, data: data as Float32Array<ArrayBuffer> }] as const;
  });
  return new Map(await Promise.all(entries));
}
