import { InvalidArgumentError } from 'commander';
import { example, type DefineCommand } from '../command-line.js';
import { addReading, datasetArgument, formatOption, onBadItem } from '../dataset-options.js';
import type { DatasetReadOptions } from '../dataset-stats-command.js';
import type { DatasetSplitOptions } from '../dataset-split-command.js';

export const defineDataset: DefineCommand = (program, { terminal, end }) => {
  const dataset = program
    .command('dataset')
    .description('Count, check or split a dataset.')
    .helpCommand(false)
    .addHelpText('after', example('sluice dataset stats ./photos'));
  const format = () => formatOption('--format <format>', 'its format (default: look and say what was found)');

  const stats = dataset
    .command('stats')
    .description('Count images, annotations and instances, by subset and category.')
    .addArgument(datasetArgument('path'))
    .addOption(format());
  addReading(stats)
    .addHelpText('after', example('sluice dataset stats ./photos'))
    .action(async (path: string, options: DatasetReadOptions) => {
      const { datasetStatsCommand } = await import('../dataset-stats-command.js');
      end(await datasetStatsCommand(path, options, terminal));
    });

  const check = dataset
    .command('check')
    .description('Decode every image and list everything that is wrong; exit code 1 if anything is.')
    .addArgument(datasetArgument('path'))
    .addOption(format());
  addReading(check)
    .addHelpText('after', example('sluice dataset check ./photos'))
    .action(async (path: string, options: DatasetReadOptions) => {
      const { datasetCheckCommand } = await import('../dataset-check-command.js');
      end(await datasetCheckCommand(path, options, terminal));
    });

  const split = dataset
    .command('split')
    .description('Share the images out into new subsets, each category as evenly as can be.')
    .addArgument(datasetArgument('source'))
    .argument('<target>', 'folder to write, new or empty')
    .option('--shares <shares>', 'share of each subset', sharesOf, { train: 70, val: 15, test: 15 })
    .option('--seed <number>', 'another seed gives another split', seedOf, 0)
    .addOption(format())
    .addOption(formatOption('--to <format>', 'format to write (default: the same)'));
  addReading(split)
    .addOption(onBadItem())
    .addHelpText('after', example('sluice dataset split ./photos ./photos-split --shares train=8,val=1,test=1'))
    .action(async (source: string, target: string, options: DatasetSplitOptions) => {
      const { datasetSplitCommand } = await import('../dataset-split-command.js');
      end(await datasetSplitCommand(source, target, options, terminal));
    });
};

/** `train=8,val=1,test=1` */
function sharesOf(text: string): Readonly<Record<string, number>> {
  const shares = new Map<string, number>();
  for (const part of text.split(',')) {
    const [, name, share] = /^\s*(train|val|test)=(\d+(?:\.\d+)?)\s*$/.exec(part) ?? [];
    if (name === undefined || shares.has(name))
      throw new InvalidArgumentError('It must be as in train=8,val=1,test=1, each at most once.');
    shares.set(name, Number(share));
  }
  if (![...shares.values()].some((share) => share > 0)) throw new InvalidArgumentError('One share must be above 0.');
  return Object.fromEntries(shares);
}

function seedOf(text: string): number {
  const seed = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(seed)) throw new InvalidArgumentError('It must be a whole number.');
  return seed;
}
