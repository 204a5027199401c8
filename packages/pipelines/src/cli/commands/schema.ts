import { example, type DefineCommand } from '../command-line.js';

export const defineSchema: DefineCommand = (program, { terminal, end }) => {
  program
    .command('schema')
    .description('Write the JSON Schema of pipeline files, for editors: bundled stages and those allowed here.')
    .option('--output <file>', 'write it to a file; stages are those allowed in the package.json nearest to it')
    .option('--json', 'print one JSON document: the schema, or what was written where')
    .addHelpText('after', example('sluice schema --output sluice.schema.json'))
    .action(async (options: { output?: string; json?: boolean }) => {
      const { schemaCommand } = await import('../schema-command.js');
      end(await schemaCommand(options, terminal));
    });
};
