import { Argument } from 'commander';
import { example, type DefineCommand } from '../command-line.js';

export const defineCompletion: DefineCommand = (program, { terminal }) => {
  program
    .command('completion')
    .description('Print a script that completes commands, options, stages, runs and files in a shell.')
    .addArgument(new Argument('<shell>', 'whose script').choices(['bash', 'zsh', 'fish']))
    .option('--json', 'print one JSON document')
    .addHelpText('after', example('sluice completion bash'))
    .action(async (shell: 'bash' | 'zsh' | 'fish', { json }: { readonly json?: boolean }) => {
      const { completionScript } = await import('../../completion/shell-scripts.js');
      const script = completionScript(shell);
      terminal.out(json ? `${JSON.stringify({ shell, script }, undefined, 2)}\n` : script);
    });

  program
    .command('__complete', { hidden: true })
    .argument('[words...]')
    .action(async (words: readonly string[]) => {
      const { complete, completionText } = await import('../../completion/complete.js');
      terminal.out(completionText(await complete(program, words)));
    });
};
