import { example, type DefineCommand } from '../command-line.js';
import type { NewStageOptions } from '../new-stage-command.js';

export const defineNew: DefineCommand = (program, { terminal, end }) => {
  const start = program
    .command('new')
    .helpCommand(false)
    .description('Write a new package to start from.')
    .addHelpText('after', example('sluice new stage soft-blur'));
  start
    .command('stage')
    .description('Write an npm package with one stage that builds, passes its tests and runs in a pipeline.')
    .argument('<name>', 'npm name of the package, `soft-blur` or `@acme/stage-soft-blur`')
    .option('--folder <folder>', 'where it goes, new or empty (default: the name, below the working folder)')
    .option('--json', 'print one JSON document')
    .addHelpText('after', example('sluice new stage @acme/stage-soft-blur --folder packages/soft-blur'))
    .action(async (name: string, options: NewStageOptions) => {
      const { newStageCommand } = await import('../new-stage-command.js');
      end(await newStageCommand(name, options, terminal));
    });
};
