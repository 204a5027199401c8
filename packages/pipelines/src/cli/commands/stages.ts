import { example, type DefineCommand } from '../command-line.js';

export const defineStages: DefineCommand = (program, { terminal, end }) => {
  program
    .command('stages')
    .description('List the stages: those that come with it, and the packages that the nearest package.json allows.')
    .option('--json', 'print one JSON document')
    .addHelpText('after', example('sluice stages'))
    .action(async (options: { json?: boolean }) => {
      const { stagesCommand } = await import('../stages-command.js');
      end(await stagesCommand(options, terminal));
    });
};
