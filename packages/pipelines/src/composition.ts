import {
  CONTENT_STORE,
  LOGGER,
  NOTE_SERVICE,
  openContentStore,
  openRunReferences,
  openStateStore,
  RUN_FOLDER,
  STATE_STORE,
  statesFolder,
  withReferences,
  withStateReferences,
  type RunReferences,
  type ServiceChoices,
} from '@sluice/core';
import { onnxruntimeChoice } from './services/onnxruntime-choice.js';
import type { ContainerModule, ContainerModuleLoadOptions, ResolutionContext } from 'inversify';

export interface ServiceOptions {
  /** Folder of the content store; states to resume from lie in its folder `states`. */
  readonly cacheDir: string;
  /** Threads of the tensor engine. @default as the file says, else one a processor */
  readonly threads?: number;
}

/**
 * Composition root: what `services:` of a pipeline file can choose from, each bound to its token for one run. Nothing is
 * imported before a run needs it, and nothing is made before a stage asks for it.
 */
export const serviceChoices = ({ cacheDir, threads }: ServiceOptions): ServiceChoices => ({
  cache: {
    folder: () =>
      containerModule(({ bind }) => {
        // One list of what the run has used, however many services add to it.
        let references: RunReferences | undefined;
        const referencesOf = (context: ResolutionContext): RunReferences | undefined => {
          const run = context.get(RUN_FOLDER, { optional: true });
          if (run !== undefined) references ??= openRunReferences(cacheDir, run.root, { logger: context.get(LOGGER) });
          return references;
        };
        bind(CONTENT_STORE)
          .toDynamicValue((context) => {
            const store = openContentStore(cacheDir, { logger: context.get(LOGGER) });
            const listed = referencesOf(context);
            return listed === undefined ? store : withReferences(store, listed);
          })
          .inSingletonScope();
        bind(STATE_STORE)
          .toDynamicValue((context) => {
            const store = openStateStore(statesFolder(cacheDir), { logger: context.get(LOGGER) });
            const listed = referencesOf(context);
            return listed === undefined ? store : withStateReferences(store, listed);
          })
          .inSingletonScope();
      }),
  },
  codec: {
    sharp: async () => {
      const { IMAGE_CODEC, sharpCodec } = await import('@sluice/data');
      return containerModule(({ bind }) => {
        bind(IMAGE_CODEC).toConstantValue(sharpCodec);
      });
    },
  },
  engine: {
    onnxruntime: onnxruntimeChoice(threads),
    tfjs: async () => {
      const { createTfjsEngine, TENSOR_ENGINE, whyBackend } = await import('@sluice/models');
      return containerModule(({ bind }) => {
        bind(TENSOR_ENGINE)
          .toDynamicValue((context) => {
            const [logger, note] = [context.get(LOGGER), context.get(NOTE_SERVICE)];
            return createTfjsEngine({
              threads,
              report: (found, sentence) => {
                logger.info(sentence);
                const { backend, package: name, version } = found;
                note('engine', { backend, package: `${name} ${version}`, why: whyBackend(found) });
              },
            });
          })
          .inSingletonScope()
          .onDeactivation((engine) => engine.dispose());
      });
    },
  },
  logger: {
    // Bound by the run itself, which writes `log.jsonl` whatever else gets the lines.
    file: () => containerModule(() => undefined),
  },
});

async function containerModule(load: (options: ContainerModuleLoadOptions) => void): Promise<ContainerModule> {
  const { ContainerModule } = await import('inversify');
  return new ContainerModule(load);
}
