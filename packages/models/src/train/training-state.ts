import { modelErrors } from '../errors.js';
import type { Resident, TensorEngine } from '../engines/tensor-engine.js';
import { float32Tensor } from '../engines/tensor.js';
import type { Shape } from '../graph/graph.js';
import { adamGraph, adamNames, adamScalars, next, type AdamOptions } from '../optim/adam.js';
import type { Weights } from '../weights/weights.js';
import { allocateWeights, allocateZeros, releaseAll, renamed, type ResidentSet } from './resident-set.js';

/** All that later steps depend on; the sums of gradients are empty between two steps. */
export interface TrainingSnapshot {
  /** Optimiser steps taken. */
  readonly steps: number;
  /** Parameters under their names, and Adam's moments as `mean:<name>` and `square:<name>`. */
  readonly tensors: Weights;
}

/** Parameters, their gradient sums and the optimiser's moments, all kept in the engine. */
export interface TrainingState {
  /** Starts new sums. */
  begin(): void;
  /** Feeds and targets of a run that adds to the sums. */
  accumulation(): {
    readonly feeds: Readonly<Record<string, Resident>>;
    readonly into: Readonly<Record<string, Resident>>;
  };
  /** Applies the sums to the parameters. */
  step(learningRate: number): Promise<void>;
  /** The sums, by parameter: zeros if nothing was added since `begin`. */
  gradients(): Promise<Weights>;
  /** The parameters' present values. */
  parameters(): Promise<Weights>;
  /** A copy of it all, to go on from later; not while a step is under way. */
  snapshot(): Promise<TrainingSnapshot>;
  restore(snapshot: TrainingSnapshot): Promise<void>;
  release(): Promise<void>;
}

/** State of `trained`, some of the checkpoint's parameters. */
export async function createTrainingState(
  engine: TensorEngine,
  weights: Weights,
  trained: readonly string[],
  optimizer: AdamOptions,
): Promise<TrainingState> {
  const shapes = new Map<string, Shape>(trained.map((name) => [name, weights.get(name)!.shape]));
  const parameters = await allocateWeights(engine, weights, trained);
  const [sums, means, squares, zeros] = await Promise.all([0, 1, 2, 3].map(async () => allocateZeros(engine, shapes)));
  const update = await engine.compile(adamGraph(shapes, optimizer), { label: 'optimiser' });
  const names = (of: keyof ReturnType<typeof adamNames>) => (name: string) => adamNames(name)[of];
  const asInput = {
    ...renamed(parameters, names('value')),
    ...renamed(means!, names('mean')),
    ...renamed(squares!, names('square')),
  };
  const residents: ResidentSet = new Map(Object.entries(asInput));
  const gradients = names('gradient');
  let steps = 0;
  let accumulated = false;

  return {
    begin: () => {
      accumulated = false;
    },
    accumulation: () => {
      const before: ResidentSet = accumulated ? sums! : zeros!;
      accumulated = true;
      return {
        feeds: { ...renamed(parameters, (name) => name), ...renamed(before, gradients) },
        into: renamed(sums!, (name) => next(gradients(name))),
      };
    },
    step: async (learningRate) => {
      steps += 1;
      const { stepSize, secondScale } = adamScalars(steps, learningRate, optimizer);
      const scalars = { stepSize: float32Tensor([], [stepSize]), secondScale: float32Tensor([], [secondScale]) };
      const into = Object.fromEntries(Object.entries(asInput).map(([name, resident]) => [next(name), resident]));
      await update.run({ ...asInput, ...renamed(sums!, gradients), ...scalars }, into);
    },
    gradients: () => readAll(accumulated ? sums! : zeros!),
    parameters: () => readAll(parameters),
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
      accumulated = false;
    },
    release: async () => {
      await update.release();
      await releaseAll(parameters, sums!, means!, squares!, zeros!);
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
