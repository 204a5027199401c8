import { example, profileOption, setOption, type DefineCommand } from '../command-line.js';
import type { TestOptions } from '../test-command.js';

export const defineTest: DefineCommand = (program, { terminal, end }) => {
  program
    .command('test')
    .description('Run the tests of a pipeline file: each gives one stage some items and looks at what comes out.')
    .argument('<file>', 'the pipeline file (YAML)')
    .addOption(setOption())
    .addOption(profileOption())
    .option('--json', 'print the results as one JSON document')
    .addHelpText('after', example('sluice test pipeline.yaml'))
    .action(async (file: string, options: TestOptions) => {
      const { testCommand } = await import('../test-command.js');
      end(await testCommand(file, options, terminal));
    });
};
