import { Option } from 'commander';
import { example, setOption, wholeNumber, type DefineCommand } from '../command-line.js';
import type { ResumeOptions } from '../resume-command.js';

const levels = ['error', 'warn', 'info', 'debug'];

export const defineResume: DefineCommand = (program, { terminal, end }) => {
  program
    .command('resume')
    .description(
      'Go on with a run that ended early, in its own folder; the result is that of a run that never stopped.',
    )
    .argument('[run]', 'its name, the beginning of it, or its folder (default: the latest run that did not succeed)')
    .addOption(setOption())
    .option('--runs-dir <folder>', 'folder that the run is looked for in', 'runs')
    .option('--cache-dir <folder>', 'folder of the content store (default: the one that the run had)')
    .option('--threads <count>', 'threads that the tensor engine uses (default: as many as the run had)', wholeNumber)
    .option('--take-over', 'go on although the run began on another machine, which may still be at it')
    .addOption(new Option('--log-level <level>', 'least level of the log on stderr').choices(levels).default('warn'))
    .option('--quiet', 'show neither progress nor summary, only warnings and errors')
    .option('--json', 'print the summary as one JSON document')
    .addHelpText('after', example('sluice resume'))
    .action(async (run: string | undefined, options: ResumeOptions) => {
      const { resumeCommand } = await import('../resume-command.js');
      end(await resumeCommand(run, options, terminal));
    });
};
