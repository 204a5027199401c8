import { Option } from 'commander';
import { example, printConfigOption, profileOption, setOption, type DefineCommand } from '../command-line.js';
import type { ValidateOptions } from '../validate-command.js';

const formats = ['text', 'json', 'sarif'];

export const defineValidate: DefineCommand = (program, { terminal, end }) => {
  program
    .command('validate')
    .description('Check pipeline files without running them; every problem is shown with its place.')
    .argument('<files...>', 'pipeline files (YAML)')
    .addOption(setOption())
    .addOption(profileOption())
    .addOption(printConfigOption())
    .addOption(
      new Option('--format <format>', 'text on stderr, or one document on stdout').choices(formats).default('text'),
    )
    .option('--json', 'short for --format json')
    .addHelpText('after', example('sluice validate pipeline.yaml'))
    .action(async (files: string[], options: ValidateOptions) => {
      const { validateCommand } = await import('../validate-command.js');
      end(await validateCommand(files, options, terminal));
    });
};
