import { addSelection, example, profileOption, setOption, type DefineCommand } from '../command-line.js';
import type { PlanOptions } from '../plan-command.js';

export const definePlan: DefineCommand = (program, { terminal, end }) => {
  const command = program
    .command('plan')
    .description('Say for each stage what a run would do: how many results are in the cache, how many not, and why.')
    .argument('<file>', 'the pipeline file (YAML)')
    .addOption(setOption())
    .addOption(profileOption())
    .option('--vs <run>', 'explain by this run (default: the latest of the pipeline)')
    .option('--runs-dir <folder>', 'folder of the run folders', 'runs')
    .option('--cache-dir <folder>', 'folder of the content store (default: $SLUICE_CACHE_DIR or .sluice/cache)')
    .option('--json', 'print one JSON document');
  addSelection(command)
    .addHelpText('after', example('sluice plan pipeline.yaml --set stages.encode.with.precision=float16'))
    .action(async (file: string, options: PlanOptions) => {
      const { planCommand } = await import('../plan-command.js');
      end(await planCommand(file, options, terminal));
    });
};
