import { example, printConfigOption, profileOption, setOption, type DefineCommand } from '../command-line.js';
import type { ValidateOptions } from '../validate-command.js';

export const defineValidate: DefineCommand = (program, { terminal, end }) => {
  program
    .command('validate')
    .description('Check a pipeline file without running it; every problem is shown with its place.')
    .argument('<file>', 'the pipeline file (YAML)')
    .addOption(setOption())
    .addOption(profileOption())
    .addOption(printConfigOption())
    .option('--json', 'print the problems as one JSON document')
    .addHelpText('after', example('sluice validate pipeline.yaml'))
    .action(async (file: string, options: ValidateOptions) => {
      const { validateCommand } = await import('../validate-command.js');
      end(await validateCommand(file, options, terminal));
    });
};
