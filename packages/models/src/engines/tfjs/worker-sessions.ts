import type { Graph } from '../../graph/graph.js';
import type { Port } from '../tensor-engine.js';
import type { Tensor } from '../tensor.js';
import { found, type Handlers } from '../worker/handlers.js';
import type { RunRequest } from '../worker/requests.js';
import { prepareProgram, type Program } from './program.js';
import { fromTf, toTf, type Tf, type TfTensor } from './tf.js';

interface OpenSession {
  readonly program: Program;
  readonly outputs: readonly Port[];
}

interface HeldResident {
  readonly dtype: Port['dtype'];
  readonly tensor: TfTensor;
}

/** The worker's side of the engine: programs and residents by number. Residents are the backend's tensors and stay on its device. */
export function createWorkerSessions(tf: Tf): Handlers<Graph> {
  const sessions = new Map<number, OpenSession>();
  const residents = new Map<number, HeldResident>();
  let lastNumber = 0;

  const run = async ({ session: number, feeds, into }: RunRequest): Promise<Record<string, Tensor>> => {
    const { program, outputs } = found(sessions, number, 'session');
    for (const resident of Object.values(into)) found(residents, resident, 'resident');
    const sent: TfTensor[] = [];
    const given = new Map<string, TfTensor>();
    const returned: Record<string, Tensor> = {};
    let results = new Map<string, TfTensor>();
    try {
      for (const [name, feed] of Object.entries(feeds)) {
        const tensor =
          typeof feed === 'number' ? found(residents, feed, 'resident').tensor : toTf(tf, feed, `feed "${name}"`);
        if (typeof feed !== 'number') sent.push(tensor);
        given.set(name, tensor);
      }
      results = program.run(given);
      for (const { name, dtype } of outputs) {
        if (!(name in into)) returned[name] = await fromTf(results.get(name)!, dtype);
      }
      // All has succeeded: now, and only now, residents change.
      for (const [name, resident] of Object.entries(into)) {
        replace(resident, results.get(name)!);
        results.delete(name);
      }
      return returned;
    } finally {
      for (const tensor of [...sent, ...results.values()]) tensor.dispose();
    }
  };

  const replace = (number: number, tensor: TfTensor): void => {
    const before = found(residents, number, 'resident');
    residents.set(number, { dtype: before.dtype, tensor });
    before.tensor.dispose();
  };

  const handlers: Handlers<Graph> = {
    load: ({ model: graph }) => {
      const number = ++lastNumber;
      const outputs = Object.entries(graph.outputs).map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
      sessions.set(number, { program: prepareProgram(tf, graph), outputs });
      return {
        session: number,
        inputs: graph.inputs.map(({ name, dtype, shape }) => ({ name, dtype, shape })),
        outputs,
      };
    },
    run,
    unload: ({ session }) => {
      found(sessions, session, 'session').program.dispose();
      sessions.delete(session);
      return undefined;
    },
    allocate: ({ tensor }) => {
      residents.set(++lastNumber, { dtype: tensor.dtype, tensor: toTf(tf, tensor, 'the tensor') });
      return lastNumber;
    },
    write: ({ resident, tensor }) => {
      found(residents, resident, 'resident');
      replace(resident, toTf(tf, tensor, 'the tensor'));
      return undefined;
    },
    read: ({ resident }) => {
      const { dtype, tensor } = found(residents, resident, 'resident');
      return fromTf(tensor, dtype);
    },
    free: ({ resident }) => {
      residents.get(resident)?.tensor.dispose();
      residents.delete(resident);
      return undefined;
    },
    close: () => {
      for (const { program } of sessions.values()) program.dispose();
      for (const { tensor } of residents.values()) tensor.dispose();
      sessions.clear();
      residents.clear();
      return undefined;
    },
  };
  return handlers;
}
