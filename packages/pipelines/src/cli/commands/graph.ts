import { Option } from 'commander';
import { example, profileOption, setOption, type DefineCommand } from '../command-line.js';
import type { GraphOptions } from '../graph-command.js';

export const defineGraph: DefineCommand = (program, { terminal, end }) => {
  program
    .command('graph')
    .description('Draw a pipeline file: stages as boxes, edges with what they carry.')
    .argument('<file>', 'the pipeline file (YAML)')
    .addOption(setOption())
    .addOption(profileOption())
    .addOption(
      new Option('--format <format>', "text or picture (default: by the output's name, else mermaid)").choices([
        'mermaid',
        'dot',
        'html',
        'svg',
      ]),
    )
    .option('--output <file>', 'write to a file instead of stdout')
    .option('--json', 'print stages and edges as one JSON document')
    .addHelpText('after', example('sluice graph pipeline.yaml --output graph.html'))
    .action(async (file: string, options: GraphOptions) => {
      const { graphCommand } = await import('../graph-command.js');
      end(await graphCommand(file, options, terminal));
    });
};
