import type { Command } from 'commander';
import { example, setOption, type DefineCommand } from '../command-line.js';
import type { RecipeCommand, RecipeOptions } from '../recipe-command.js';
import { addRecipeOptions, checkpointOption, configOption } from '../recipe-options.js';

/** Commands as users of OTX know them, what they do, and what `--checkpoint` is to them; `sluice test` is beside the tests of pipeline files. */
const commands: readonly (readonly [RecipeCommand, string, string])[] = [
  ['train', 'Fine-tune a model by a recipe, until early stopping ends it.', 'start from these weights'],
  ['export', 'Write a fine-tuned model as ONNX files: decoder and encoder.', 'take these weights and train nothing'],
  ['optimize', 'Write a fine-tuned model in INT8, as far as its F1 allows.', 'take these weights and train nothing'],
];

/** What the commands that come after training say of it. */
export const afterTraining =
  'Without --checkpoint, it is the model that `sluice train` with the same options gives; what that has done is not done again.';

export const defineRecipes: DefineCommand = (program, { terminal, end }) => {
  for (const [name, description, checkpoint] of commands) {
    const command = program
      .command(name)
      .description(name === 'train' ? description : `${description} ${afterTraining}`)
      .addOption(configOption().makeOptionMandatory())
      .addOption(checkpointOption(checkpoint));
    addRecipeOptions(command)
      .addOption(setOption())
      .option('--json', 'print the summary as one JSON document')
      .addHelpText('after', example(`sluice ${name} --config sam-tiny-vit --data-root ./photos`))
      .action(async (options: RecipeOptions) => {
        checkRecipeOptions(name, options, command);
        const { recipeCommand } = await import('../recipe-command.js');
        end(await recipeCommand(name, options, terminal));
      });
  }
};

/** Ends with 2 where an option is missing that only this command needs, or is given and can mean nothing. */
export function checkRecipeOptions(name: RecipeCommand, options: RecipeOptions, command: Command): void {
  const trains = name === 'train' || options.checkpoint === undefined;
  if (options.dataRoot === undefined && (trains || name !== 'export'))
    command.error("error: required option '--data-root <path>' not specified", { code: missingOption });
  if (options.maxEpochs !== undefined && !trains)
    command.error('error: --max-epochs is for training; with --checkpoint nothing is trained');
}

const missingOption = 'commander.missingMandatoryOptionValue';
