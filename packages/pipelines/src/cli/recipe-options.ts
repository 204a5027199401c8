import { InvalidArgumentError, Option, type Command } from 'commander';
import { printConfigOption, wholeNumber } from './command-line.js';

const levels = ['error', 'warn', 'info', 'debug'];

/** Options of every command that runs a recipe, but for `--config`, `--set` and `--json`, which `sluice test` also has for pipeline files. */
export const addRecipeOptions = (command: Command): Command =>
  command
    .option('--data-root <path>', 'the dataset: a folder, or a zip or tar archive of it')
    .option('--preset <name>', 'profile of the recipe: otx or fast (default: otx)')
    .option('--work-dir <folder>', "folder that the runs' own folders are in", 'runs')
    .option('--seed <number>', 'whole number that all randomness comes from (default: 0)', seedNumber)
    .option('--max-epochs <count>', 'at most so many passes over the train subset', wholeNumber)
    .addOption(printConfigOption())
    .option('--cache-dir <folder>', 'folder of the content store (default: $SLUICE_CACHE_DIR or .sluice/cache)')
    .option('--threads <count>', 'threads that the tensor engine uses (default: one a core)', wholeNumber)
    .addOption(new Option('--log-level <level>', 'least level of the log on stderr').choices(levels).default('warn'))
    .option('--quiet', 'show neither progress nor summary, only warnings and errors');

export const configOption = (): Option =>
  new Option('--config <recipe>', 'name of a recipe that comes with sluice, or path of a file');

export const checkpointOption = (meaning: string): Option =>
  new Option('--checkpoint <run-or-file>', `${meaning}: a run (its name, folder, or \`latest\`), or a file`);

function seedNumber(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number))
    throw new InvalidArgumentError('It must be a whole number of at least 0.');
  return number;
}
