import { example, type DefineCommand } from '../command-line.js';
import type { ConvertOptions } from '../convert-command.js';
import { addReading, datasetArgument, formatOption, onBadItem } from '../dataset-options.js';

export const defineConvert: DefineCommand = (program, { terminal, end }) => {
  const command = program
    .command('convert')
    .description('Write a dataset in another format; what that cannot hold is listed.')
    .addArgument(datasetArgument('source'))
    .argument('<target>', 'folder to write, new or empty')
    .addOption(formatOption('--to <format>', 'format to write').makeOptionMandatory())
    .addOption(formatOption('--from <format>', 'format to read (default: look and say what was found)'));
  addReading(command)
    .addOption(onBadItem())
    .addHelpText('after', example('sluice convert ./photos ./photos-voc --to voc-instance'))
    .action(async (source: string, target: string, options: ConvertOptions) => {
      const { convertCommand } = await import('../convert-command.js');
      end(await convertCommand(source, target, options, terminal));
    });
};
