import { InvalidArgumentError, Option } from 'commander';
import { example, printConfigOption, setOption, wholeNumber, type DefineCommand } from '../command-line.js';
import type { RecipeOptions } from '../recipe-command.js';

/** A command, what it does, and the stage of the recipe that it runs up to. */
const targets = [
  ['train', 'Fine-tune a model by a recipe, until early stopping ends it.', 'stop'],
  ['evaluate', 'Score a fine-tuned model, and the untouched one, on the test images.', 'test'],
  ['export', 'Write a fine-tuned model as ONNX files: decoder and encoder.', 'export'],
] as const;

const levels = ['error', 'warn', 'info', 'debug'];

/** `sluice train`, `evaluate`, `export`: recipes as users of OTX type them. */
export const defineRecipes: DefineCommand = (program, { terminal, end }) => {
  for (const [name, description, target] of targets) {
    const trains = name === 'train' ? '' : ' What `sluice train` with the same options has done is not done again.';
    program
      .command(name)
      .description(`${description}${trains}`)
      .requiredOption('--config <recipe>', 'name of a recipe that comes with sluice, or path of a file')
      .requiredOption('--data-root <path>', 'the dataset: a folder, or a zip or tar archive of it')
      .option('--preset <name>', 'profile of the recipe: otx or fast (default: otx)')
      .addOption(setOption())
      .option('--work-dir <folder>', "folder that the run's own folder is made in", 'runs')
      .option('--seed <number>', 'whole number that all randomness comes from (default: 0)', seedNumber)
      .option('--max-epochs <count>', 'at most so many passes over the train subset', wholeNumber)
      .addOption(printConfigOption())
      .option('--cache-dir <folder>', 'folder of the content store (default: $SLUICE_CACHE_DIR or .sluice/cache)')
      .option('--threads <count>', 'threads that the tensor engine uses (default: one a core)', wholeNumber)
      .addOption(new Option('--log-level <level>', 'least level of the log on stderr').choices(levels).default('warn'))
      .option('--quiet', 'show neither progress nor summary, only warnings and errors')
      .option('--json', 'print the summary as one JSON document')
      .addHelpText('after', example(`sluice ${name} --config sam-tiny-vit --data-root ./photos`))
      .action(async (options: RecipeOptions) => {
        const { recipeCommand } = await import('../recipe-command.js');
        end(await recipeCommand(target, options, terminal));
      });
  }
};

function seedNumber(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number))
    throw new InvalidArgumentError('It must be a whole number of at least 0.');
  return number;
}
