import { InferenceSession, type Tensor as OrtTensor } from 'onnxruntime-node';
import type { Port } from '../tensor-engine.js';
import { elementCount } from '../../graph/shape.js';
import { allocateData, type Tensor } from '../tensor.js';
import { freeMemory } from '../free-memory.js';
import { found, type Handlers } from '../worker/handlers.js';
import type { LoadedSession, RunRequest } from '../worker/requests.js';
import type { LoadableModel, WorkerOptions } from './protocol.js';
import { openDeviceMemory, type DeviceMemory } from './device-memory.js';
import { DeviceResident } from './device-resident.js';
import { HeldSession } from './held-session.js';
import { WorkerResident, toOrtTensor, type WorkerTensor } from './worker-resident.js';

interface OpenSession {
  readonly held: HeldSession;
  readonly outputs: readonly Port[];
  /** What to make the session anew from, where a run may ask for that: on a device. */
  readonly model: LoadableModel | undefined;
  /** Outputs that stay on the device. */
  readonly kept: readonly string[];
}

/** The worker's side of the engine: sessions and residents by number. */
export function createWorkerSessions(options: WorkerOptions): Handlers<LoadableModel> {
  const sessions = new Map<number, OpenSession>();
  const residents = new Map<number, WorkerTensor>();
  let lastNumber = 0;
  let memory: Promise<DeviceMemory> | undefined;

  const create = (model: LoadableModel, more?: InferenceSession.SessionOptions): Promise<InferenceSession> => {
    const settings = { ...sessionOptions(options), ...more };
    if (typeof model === 'string') return InferenceSession.create(model, settings);
    const externalData = model.data.map(({ location, bytes }) => ({ path: location, data: bytes }));
    return InferenceSession.create(model.model, { ...settings, externalData });
  };

  const load = async (model: LoadableModel): Promise<LoadedSession> => {
    const session = await create(model);
    const number = ++lastNumber;
    const outputs = portsOf(session.outputMetadata);
    const renewable = options.provider === 'webgpu';
    if (!renewable && typeof model !== 'string')
      freeMemory([model.model, ...model.data.map(({ bytes }) => bytes)].map(({ buffer }) => buffer));
    sessions.set(number, { held: new HeldSession(session), outputs, model: renewable ? model : undefined, kept: [] });
    return { session: number, inputs: portsOf(session.inputMetadata), outputs };
  };

  /** The session, made anew where a run wants other outputs to stay on the device: the binding lets only a new session say so. */
  const keeping = async (number: number, names: readonly string[]): Promise<OpenSession> => {
    const open = found(sessions, number, 'session');
    if (open.model === undefined || names.join('\n') === open.kept.join('\n')) return open;
    const places = open.outputs.map(({ name }) => [name, names.includes(name) ? 'gpu-buffer' : 'cpu'] as const);
    const session = await create(open.model, { preferredOutputLocation: Object.fromEntries(places) });
    const renewed = { ...open, held: new HeldSession(session), kept: names };
    sessions.set(number, renewed);
    await open.held.letGo();
    return renewed;
  };

  const residentOf = async (tensor: Tensor): Promise<WorkerTensor> => {
    if (options.provider !== 'webgpu' || tensor.dtype !== 'float32' || tensor.data.length === 0)
      return new WorkerResident(tensor);
    memory ??= openDeviceMemory(sessionOptions(options));
    return DeviceResident.of(await memory, tensor);
  };

  const run = async ({ session: number, feeds, into }: RunRequest): Promise<Record<string, Tensor>> => {
    const ortFeeds: Record<string, OrtTensor> = {};
    for (const [name, feed] of Object.entries(feeds)) {
      ortFeeds[name] = typeof feed === 'number' ? found(residents, feed, 'resident').current : toOrtTensor(feed);
    }
    const written = Object.entries(into).map(([name, resident]) => ({
      name,
      resident: found(residents, resident, 'resident'),
    }));
    const onDevice = written.filter(({ resident }) => resident instanceof DeviceResident).map(({ name }) => name);
    const { held, outputs } = await keeping(number, onDevice);
    const returned: Record<string, Tensor> = {};
    const fetches: Record<string, OrtTensor | null> = {};
    for (const { name, dtype, shape } of outputs) {
      fetches[name] = null;
      // A session that leaves outputs on the device makes all of them itself.
      if (name in into || onDevice.length > 0 || !shape.every((size) => typeof size === 'number')) continue;
      const tensor = { dtype, shape, data: allocateData(dtype, elementCount(shape)) };
      returned[name] = tensor;
      fetches[name] = toOrtTensor(tensor);
    }
    for (const { name, resident } of written) fetches[name] = resident.spare();
    const results = await held.session.run(ortFeeds, fetches);
    freeMemory(Object.values(feeds).flatMap((feed) => (typeof feed === 'number' ? [] : [feed.data.buffer])));
    for (const { name, resident } of written) await resident.flip(results[name]!, held);
    for (const { name, dtype } of outputs) {
      if (name in into || name in returned) continue;
      const result = results[name] as OrtTensor;
      returned[name] = { dtype, shape: result.dims, data: result.data as Tensor['data'] };
    }
    return returned;
  };

  const handlers: Handlers<LoadableModel> = {
    load: ({ model }) => load(model),
    run,
    unload: async ({ session: number }) => {
      const { held } = found(sessions, number, 'session');
      sessions.delete(number);
      if (options.profile !== undefined) held.session.endProfiling();
      await held.letGo();
      return undefined;
    },
    allocate: async ({ tensor }) => {
      const resident = await residentOf(tensor);
      residents.set(++lastNumber, resident);
      return lastNumber;
    },
    write: async ({ resident, tensor }) => {
      await found(residents, resident, 'resident').replace(tensor);
      return undefined;
    },
    read: ({ resident }) => found(residents, resident, 'resident').copy(),
    free: async ({ resident }) => {
      await residents.get(resident)?.dispose();
      residents.delete(resident);
      return undefined;
    },
    close: async () => {
      for (const resident of residents.values()) await resident.dispose();
      residents.clear();
      for (const number of sessions.keys()) await handlers.unload({ session: number });
      await (await memory)?.release();
      return undefined;
    },
  };

  return handlers;
}

function sessionOptions({
  provider,
  threads,
  spinning,
  arena,
  profile,
}: WorkerOptions): InferenceSession.SessionOptions {
  return {
    executionProviders: [provider],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    enableCpuMemArena: arena,
    // One block planned for all activations is no faster here, and the arena rounds it up to 700 MB more for a train step.
    enableMemPattern: false,
    logSeverityLevel: 4,
    extra: {
      // Threads stop to spin when the run ends: between runs the processors are others'.
      session: { intra_op: { allow_spinning: spinning ? '1' : '0' }, force_spinning_stop: '1' },
      // The fused operator (Add, then LayerNormalization) takes five times as long as the two on an image's tokens.
      optimization: { disable_specified_optimizers: 'SkipLayerNormFusion' },
    },
    ...(profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: profile }),
  };
}

function portsOf(metadata: readonly InferenceSession.ValueMetadata[]): Port[] {
  return metadata.map((value) => {
    if (!value.isTensor) throw new Error(`"${value.name}" is no tensor`);
    if (value.type !== 'float32' && value.type !== 'int64' && value.type !== 'bool') {
      throw new Error(`"${value.name}" has the dtype ${value.type}; only float32, int64 and bool are supported`);
    }
    return { name: value.name, dtype: value.type, shape: value.shape };
  });
}
