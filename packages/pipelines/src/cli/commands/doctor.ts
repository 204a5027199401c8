import { example, type DefineCommand } from '../command-line.js';
import type { DoctorOptions } from '../doctor-command.js';

export const defineDoctor: DefineCommand = (program, { terminal, end }) => {
  program
    .command('doctor')
    .description(
      'Check this machine: Node, memory, native packages, models, folders; exit code 3 if something is missing.',
    )
    .option('--runs-dir <folder>', "folder that the runs' folders are made in", 'runs')
    .option('--cache-dir <folder>', 'folder of the content store (default: $SLUICE_CACHE_DIR or .sluice/cache)')
    .option('--json', 'print one JSON document')
    .addHelpText('after', example('sluice doctor'))
    .action(async (options: DoctorOptions) => {
      const { doctorCommand } = await import('../doctor-command.js');
      end(await doctorCommand(options, terminal));
    });

  program
    .command('__probe', { hidden: true })
    .argument('<name>')
    .argument('[word]', '', '')
    .action(async (name: string, word: string) => {
      const { runProbe } = await import('../probe-command.js');
      terminal.out(await runProbe(name, word));
    });
};
