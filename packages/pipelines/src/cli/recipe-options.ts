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

/** Options of `predict` in the place of `--data-root`. */
export const addAskOptions = (command: Command): Command =>
  command
    .option('--image <file>', 'ask about this image instead, with --box and --point: a mask for each')
    .addOption(
      new Option('--box <x0,y0,x1,y1>', 'a box around an object, in pixels; may be repeated')
        .argParser((text, before: readonly (readonly number[])[]) => [...before, numbers(text, [4])])
        .default([], 'none'),
    )
    .addOption(
      new Option(
        '--point <x,y>',
        'a pixel on an object; several of one object with spaces between, with `,0` those that are not on it: "120,90 200,40,0"; may be repeated',
      )
        .argParser((text, before: readonly (readonly (readonly number[])[])[]) => [
          ...before,
          text
            .trim()
            .split(/\s+/)
            .map((point) => numbers(point, [2, 3])),
        ])
        .default([], 'none'),
    )
    .option('--prompts <file>', 'ask what this JSON file of images, boxes and points says');

/** Numbers with commas between. */
function numbers(text: string, counts: readonly number[]): readonly number[] {
  const found = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (!found.every(Number.isFinite) || !counts.includes(found.length))
    throw new InvalidArgumentError(`It must be ${counts.join(' or ')} numbers with commas between.`);
  return found;
}

function seedNumber(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number))
    throw new InvalidArgumentError('It must be a whole number of at least 0.');
  return number;
}
