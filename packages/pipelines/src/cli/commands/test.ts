import type { Command } from 'commander';
import { example, profileOption, setOption, type DefineCommand } from '../command-line.js';
import type { RecipeOptions } from '../recipe-command.js';
import { addRecipeOptions, checkpointOption, configOption } from '../recipe-options.js';
import type { TestOptions } from '../test-command.js';
import { afterTraining, checkRecipeOptions } from './recipes.js';

/** Two things of one name: the tests of a pipeline file, and, with `--config`, the scores of a recipe's model as `otx test` gives them. */
export const defineTest: DefineCommand = (program, { terminal, end }) => {
  const command = program
    .command('test')
    .description(
      'Run the tests of a pipeline file: each gives one stage some items and looks at what comes out. ' +
        `With --config instead of a file, score a fine-tuned model on the test images. ${afterTraining}`,
    )
    .argument('[file]', 'the pipeline file (YAML)')
    .addOption(profileOption())
    .addOption(setOption())
    .option('--json', 'print the results as one JSON document')
    .addOption(configOption())
    .addOption(checkpointOption('score these weights and train nothing'));
  const own = new Set(['profile', 'set', 'json']);
  addRecipeOptions(command)
    .addHelpText('after', example('sluice test pipeline.yaml'))
    .addHelpText('after', '  $ sluice test --config sam-tiny-vit --checkpoint latest --data-root ./photos')
    .action(async (file: string | undefined, options: TestOptions & RecipeOptions) => {
      if (file === undefined) {
        if (command.getOptionValue('config') === undefined)
          command.error('error: name a pipeline file to run its tests, or a recipe with --config to score its model');
        if (options.profile.length > 0) command.error('error: with --config, name the profile with --preset');
        checkRecipeOptions('test', options, command);
        const { recipeCommand } = await import('../recipe-command.js');
        end(await recipeCommand('test', options, terminal));
      } else {
        const { set, profile, json } = options;
        refuseRecipeOptions(command, own);
        const { testCommand } = await import('../test-command.js');
        end(await testCommand(file, { set, profile, ...(json !== undefined && { json }) }, terminal));
      }
    });
};

/** A file's tests know nothing of recipes: an option that would be passed over is an error. */
function refuseRecipeOptions(command: Command, own: ReadonlySet<string>): void {
  const given = command.options.find((option) => {
    const name = option.attributeName();
    return !own.has(name) && command.getOptionValueSource(name) === 'cli';
  });
  if (given !== undefined)
    command.error(`error: ${given.long ?? ''} is for a recipe, which --config names; a file's tests go without it`);
}
