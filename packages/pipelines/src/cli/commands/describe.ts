import { example, type DefineCommand } from '../command-line.js';

export const defineDescribe: DefineCommand = (program, { terminal, end }) => {
  program
    .command('describe')
    .description("Show a stage's ports, options and services, and how it stands in a pipeline file.")
    .argument('<stage>', 'short name of a bundled stage, or an npm package that can be found from the working folder')
    .option('--json', 'print one JSON document; options as JSON Schema')
    .addHelpText('after', example('sluice describe train-decoder'))
    .action(async (stage: string, options: { json?: boolean }) => {
      const { describeCommand } = await import('../describe-command.js');
      end(await describeCommand(stage, options, terminal));
    });
};
