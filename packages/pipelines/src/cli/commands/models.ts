import type { Command } from 'commander';
import { example, type DefineCommand } from '../command-line.js';
import type { InfoOptions, ModelsOptions, PullModelsOptions } from '../models-command.js';

/** `sluice models`: the models that pipelines can name, and how they come here. */
export const defineModels: DefineCommand = (program, { terminal, end }) => {
  const models = program
    .command('models')
    .description('List the models that pipelines can name, pull one, verify them, or show one.')
    .helpCommand(false)
    .addHelpText('after', example('sluice models ls'));

  withOptions(models.command('ls'))
    .description('List the models, whether they are here, their size, licence and source.')
    .addHelpText('after', example('sluice models ls'))
    .action(async (options: ModelsOptions) => {
      const { listModelsCommand } = await import('../models-command.js');
      end(await listModelsCommand(options, terminal));
    });

  withOptions(models.command('pull'))
    .description('Bring models here: goes on with a download that was interrupted, and checks the SHA-256.')
    .argument('<models...>', 'names of models')
    .option('--mirror <url>', 'take the files from below this address instead of their official one')
    .option('--from <file>', 'take one model from a file on this machine')
    .addHelpText('after', example('sluice models pull sam-vit-b'))
    .action(async (names: string[], options: PullModelsOptions, command: Command) => {
      if (options.from !== undefined && (names.length > 1 || options.mirror !== undefined))
        command.error('error: --from is the file of one model, and goes without --mirror');
      const { pullModelsCommand } = await import('../models-command.js');
      end(await pullModelsCommand(names, options, terminal));
    });

  withOptions(models.command('verify'))
    .description(
      'Read the files of models that are here and compare them with their SHA-256; exit code 1 if one differs.',
    )
    .argument('[models...]', 'names of models (default: all that are here)')
    .addHelpText('after', example('sluice models verify'))
    .action(async (names: string[], options: ModelsOptions) => {
      const { verifyModelsCommand } = await import('../models-command.js');
      end(await verifyModelsCommand(names, options, terminal));
    });

  withOptions(models.command('info'))
    .description('Show all that is known of a model, and which runs have used it.')
    .argument('<model>', 'name of a model')
    .option('--runs-dir <folder>', "folder that holds the runs' folders", 'runs')
    .addHelpText('after', example('sluice models info sam-vit-b'))
    .action(async (name: string, options: InfoOptions) => {
      const { modelInfoCommand } = await import('../models-command.js');
      end(await modelInfoCommand(name, options, terminal));
    });

  function withOptions(command: Command): Command {
    return command
      .option(
        '--models-dir <folder>',
        'folder that models are pulled into (default: $SLUICE_MODELS_DIR, or `models` beside the cache)',
      )
      .option('--json', 'print one JSON document');
  }
};
