import { Option } from 'commander';
import {
  addSelection,
  example,
  printConfigOption,
  profileOption,
  setOption,
  wholeNumber,
  type DefineCommand,
} from '../command-line.js';
import type { RunOptions } from '../run-command.js';

const levels = ['error', 'warn', 'info', 'debug'];

export const defineRun: DefineCommand = (program, { terminal, end }) => {
  const command = program
    .command('run')
    .description('Run a pipeline file, or each point of its matrix; progress goes to stderr, a summary to stdout.')
    .argument('<file>', 'the pipeline file (YAML)')
    .addOption(setOption())
    .addOption(profileOption())
    .addOption(printConfigOption())
    .option('--runs-dir <folder>', "folder that the run's own folder is made in", 'runs')
    .option('--cache-dir <folder>', 'folder of the content store (default: $SLUICE_CACHE_DIR or .sluice/cache)')
    .option('--threads <count>', 'threads that the tensor engine uses (default: one a core)', wholeNumber)
    .addOption(new Option('--log-level <level>', 'least level of the log on stderr').choices(levels).default('warn'))
    .option('--quiet', 'show neither progress nor summary, only warnings and errors')
    .option('--replay <run>', 'work only on the dead letters of a run, in their stages')
    .option('--json', 'print the summary as one JSON document');
  addSelection(command)
    .addHelpText('after', example('sluice run pipeline.yaml --set vars.epochs=5 --set stages.train.with.batch-size=4'))
    .action(async (file: string, options: RunOptions) => {
      const { runCommand } = await import('../run-command.js');
      end(await runCommand(file, options, terminal));
    });
};
