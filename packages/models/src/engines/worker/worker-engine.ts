import { modelErrors } from '../../errors.js';
import { checkFit, checkTensor } from '../check-tensor.js';
import type { Executable, Resident, TensorEngine } from '../tensor-engine.js';
import type { Tensor } from '../tensor.js';
import { copyOf, numberOf, prepareRun } from './prepare-run.js';
import type { LoadedSession, RequestName, Requests } from './requests.js';
import type { WorkerChannel } from './worker-channel.js';

export interface WorkerEngine<Model> extends Pick<TensorEngine, 'allocate' | 'dispose'> {
  readonly load: (model: Model, label: string) => Promise<Executable>;
}

/**
 * The side of an engine that its callers see, while a worker thread computes in the order of the requests. `name` is the engine's, for
 * errors.
 */
export function workerEngine<Model>(name: string, channel: WorkerChannel<Model>): WorkerEngine<Model> {
  const numbers = new WeakMap<Resident, number>();

  /** `channel.ask`, whose failures say what the engine was doing. */
  const ask = async <K extends RequestName>(
    action: string,
    request: K,
    body: Requests<Model>[K]['in'],
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<Requests<Model>[K]['out']> => {
    try {
      return await channel.ask(request, body, transfer);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw modelErrors.ENGINE_FAILED({ engine: name, action, reason }, { cause: error });
    }
  };

  /** Releases what the worker holds; an engine that has ended holds nothing any more. */
  const giveBack = async <K extends 'unload' | 'free'>(
    action: string,
    request: K,
    body: Requests<Model>[K]['in'],
  ): Promise<void> => {
    if (!channel.ended()) await ask(action, request, body);
  };

  const executable = (label: string, { session, inputs, outputs }: LoadedSession): Executable => {
    const ports = { label, inputs, outputs };
    let released: Promise<void> | undefined;
    return {
      ...ports,
      run: async (feeds, into = {}) => {
        const { request, transfer } = prepareRun(ports, feeds, into, numbers);
        return ask(`running ${label}`, 'run', { session, ...request }, transfer);
      },
      release: () => (released ??= giveBack(`releasing ${label}`, 'unload', { session })),
    };
  };

  const resident = ({ dtype, shape }: Tensor, number: number): Resident => {
    const where = `resident ${dtype} [${shape.join(', ')}]`;
    const self: Resident = {
      dtype,
      shape,
      write: async (tensor) => {
        checkFit(tensor, { name: 'value', dtype, shape }, `value for ${where}`);
        checkTensor(tensor, `value for ${where}`);
        const copy = copyOf(tensor);
        const body = { resident: numberOf(self, numbers, where), tensor: copy };
        await ask(`writing ${where}`, 'write', body, [copy.data.buffer]);
      },
      read: async () => ask(`reading ${where}`, 'read', { resident: numberOf(self, numbers, where) }),
      release: async () => {
        if (numbers.delete(self)) await giveBack(`releasing ${where}`, 'free', { resident: number });
      },
    };
    numbers.set(self, number);
    return self;
  };

  return {
    load: async (model, label) => executable(label, await ask(`loading ${label}`, 'load', { model })),
    allocate: async (tensor) => {
      checkTensor(tensor, 'resident');
      const copy = copyOf(tensor);
      return resident(tensor, await ask('allocating a tensor', 'allocate', { tensor: copy }, [copy.data.buffer]));
    },
    dispose: channel.close,
  };
}
