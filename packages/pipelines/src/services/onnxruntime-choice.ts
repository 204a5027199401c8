import { choice, LOGGER, NOTE_SERVICE, type BundledService } from '@sluice/core';
import { Type, type Static } from '@sinclair/typebox';
import { chooseProvider } from './choose-provider.js';

const options = Type.Object({
  provider: choice(['cpu', 'cuda', 'webgpu', 'auto'], {
    default: 'cpu',
    description:
      'What computes: the processor, an NVIDIA GPU, any GPU with Vulkan, Metal or Direct3D 12, or the fastest that works here. Each gives other bytes.',
  }),
  threads: Type.Optional(
    Type.Integer({
      minimum: 1,
      description: "Threads of one operator on the processor; the command's --threads goes before it.",
    }),
  ),
});

/** The engine `onnxruntime`. `threads` is the command's; without, the file's count, else one a processor. */
export const onnxruntimeChoice = (threads: number | undefined): BundledService => ({
  summary: 'onnxruntime-node, on the processor or a GPU.',
  options,
  // The count of threads is no part of it: it changes last bits only, and resuming warns of it.
  identity: async (given) => {
    const { engineName } = await import('@sluice/models');
    const { provider } = given as Static<typeof options>;
    // One that is named need not be here to tell what is in the cache.
    return engineName(provider === 'auto' ? (await chooseProvider(provider)).provider : provider);
  },
  load: async (given) => {
    const asked = given as Static<typeof options>;
    const [{ ContainerModule }, { createOnnxRuntimeEngine, onnxRuntimeVersion, TENSOR_ENGINE }] = await Promise.all([
      import('inversify'),
      import('@sluice/models'),
    ]);
    const count = threads ?? asked.threads;
    return new ContainerModule(({ bind }) => {
      bind(TENSOR_ENGINE)
        .toDynamicValue(async (context) => {
          const { provider, why } = await chooseProvider(asked.provider);
          if (asked.provider !== 'cpu') context.get(LOGGER).info(`onnxruntime computes on ${provider}: ${why}`);
          context.get(NOTE_SERVICE)('engine', { provider, package: `onnxruntime-node ${onnxRuntimeVersion()}`, why });
          return createOnnxRuntimeEngine({ provider, ...(count !== undefined && { threads: count }) });
        })
        .inSingletonScope()
        .onDeactivation((engine) => engine.dispose());
    });
  },
});
