import { example, type DefineCommand } from '../command-line.js';

export const defineServices: DefineCommand = (program, { terminal, end }) => {
  program
    .command('services')
    .description(
      'List what `services:` can name: the bundled choices and the packages that the nearest package.json allows.',
    )
    .option('--json', 'print one JSON document')
    .addHelpText('after', example('sluice services'))
    .action(async (options: { json?: boolean }) => {
      const { servicesCommand } = await import('../services-command.js');
      end(await servicesCommand(options, terminal));
    });
};
