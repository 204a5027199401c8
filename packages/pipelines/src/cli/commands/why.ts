import { example, profileOption, setOption, type DefineCommand } from '../command-line.js';
import type { ForecastOptions } from '../plan-command.js';

export const defineWhy: DefineCommand = (program, { terminal, end }) => {
  program
    .command('why')
    .description("Say what a stage's results depend on, and what of it has changed since an earlier run.")
    .argument('<stage-id>', "a stage's id in the pipeline file")
    .argument('[file]', 'the pipeline file (default: that of the run compared with)')
    .addOption(setOption())
    .addOption(profileOption())
    .option('--vs <run>', 'compare with this run (default: the latest of the pipeline)')
    .option('--runs-dir <folder>', 'folder of the run folders', 'runs')
    .option('--cache-dir <folder>', 'folder of the content store (default: $SLUICE_CACHE_DIR or .sluice/cache)')
    .option('--json', 'print one JSON document')
    .addHelpText('after', example('sluice why encode pipeline.yaml'))
    .action(async (stage: string, file: string | undefined, options: ForecastOptions) => {
      const { whyCommand } = await import('../why-command.js');
      end(await whyCommand(stage, file, options, terminal));
    });
};
