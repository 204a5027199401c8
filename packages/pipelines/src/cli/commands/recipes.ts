import type { Command } from 'commander';
import { example, setOption, type DefineCommand } from '../command-line.js';
import type { RecipeCommand, RecipeOptions } from '../recipe-command.js';
import type { AskOptions } from '../../recipes/ask-settings.js';
import { addAskOptions, addRecipeOptions, checkpointOption, configOption } from '../recipe-options.js';

/** A command as users of OTX know it; `sluice test` is beside the tests of pipeline files. */
interface Words {
  readonly name: RecipeCommand;
  readonly description: string;
  /** What `--checkpoint` is to it. */
  readonly checkpoint: string;
  /** Options of its example. */
  readonly example: string;
}

/** Options of `predict` as they come from the command line. */
interface AskedOptions extends Pick<AskOptions, 'image' | 'prompts'> {
  readonly box?: AskOptions['boxes'];
  readonly point?: AskOptions['points'];
}

/** What the commands that come after training say of it. */
export const afterTraining =
  'Without --checkpoint, it is the model that `sluice train` with the same options gives; what that has done is not done again.';

const commands: readonly Words[] = [
  {
    name: 'train',
    description: 'Fine-tune a model by a recipe, until early stopping ends it.',
    checkpoint: 'start from these weights',
    example: '--data-root ./photos',
  },
  {
    name: 'predict',
    description:
      "Write a fine-tuned model's masks for boxes and points of yours, or for what a dataset's test images ask for, by masks or by boxes alone: COCO, and pictures.",
    checkpoint: 'ask these weights',
    example: '--checkpoint latest --data-root ./photos',
  },
  {
    name: 'export',
    description: `Write a fine-tuned model as ONNX files: decoder and encoder. ${afterTraining}`,
    checkpoint: 'take these weights and train nothing',
    example: '--data-root ./photos',
  },
  {
    name: 'optimize',
    description: `Write a fine-tuned model in INT8, as much of it as its F1 allows. ${afterTraining}`,
    checkpoint: 'take these weights and train nothing',
    example: '--checkpoint latest --data-root ./photos',
  },
];

export const defineRecipes: DefineCommand = (program, { terminal, end }) => {
  for (const { name, description, checkpoint, example: options } of commands) {
    const command = program
      .command(name)
      .description(description)
      .addOption(configOption().makeOptionMandatory())
      .addOption(checkpointOption(checkpoint).makeOptionMandatory(name === 'predict'));
    addRecipeOptions(command)
      .addOption(setOption())
      .option('--json', 'print the summary as one JSON document')
      .addHelpText('after', example(`sluice ${name} --config sam-tiny-vit ${options}`))
      .action(async (given: RecipeOptions & AskedOptions) => {
        const options = withAsk(given);
        checkRecipeOptions(name, options, command);
        const { recipeCommand } = await import('../recipe-command.js');
        end(await recipeCommand(name, options, terminal));
      });
    if (name === 'predict') addAskOptions(command);
  }
};

/** The options of `predict` that ask about images of one's own, where there are any, together. */
function withAsk({ image, prompts, box = [], point = [], ...options }: RecipeOptions & AskedOptions): RecipeOptions {
  const given = { ...(image !== undefined && { image }), ...(prompts !== undefined && { prompts }) };
  const asks = Object.keys(given).length + box.length + point.length > 0;
  return asks ? { ...options, ask: { ...given, boxes: box, points: point } } : options;
}

/** Ends with 2 where an option is missing that only this command needs, or is given and can mean nothing. */
export function checkRecipeOptions(name: RecipeCommand, options: RecipeOptions, command: Command): void {
  const trains = name === 'train' || options.checkpoint === undefined;
  const { ask } = options;
  if (ask !== undefined) {
    checkAsked(ask, options, command);
    return;
  }
  if (options.dataRoot === undefined && (trains || name !== 'export'))
    command.error("error: required option '--data-root <path>' not specified", { code: missingOption });
  if (options.maxEpochs !== undefined && !trains)
    command.error('error: --max-epochs is for training; with --checkpoint nothing is trained');
}

/** The same of images and prompts in the place of a dataset. */
function checkAsked(
  { image, prompts, boxes, points }: AskOptions,
  { dataRoot }: RecipeOptions,
  command: Command,
): void {
  const asked = boxes.length + points.length;
  if (dataRoot !== undefined)
    command.error('error: --data-root has prompts of its own; leave it out, or --image and --prompts');
  if (image !== undefined && prompts !== undefined)
    command.error('error: --prompts names the images itself; leave out --image, or --prompts');
  if (image === undefined && asked > 0)
    command.error('error: --box and --point need the image that they are of: --image <file>', { code: missingOption });
  if (image !== undefined && asked === 0)
    command.error('error: --image needs a --box or a --point to ask for', { code: missingOption });
}

const missingOption = 'commander.missingMandatoryOptionValue';
