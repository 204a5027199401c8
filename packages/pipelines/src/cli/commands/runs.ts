import type { Command } from 'commander';
import { example, type DefineCommand } from '../command-line.js';
import type { RunsOptions } from '../runs-command.js';

const anyRun = 'its name, the beginning of it, its folder, or `latest`';

/** `sluice runs`: what the run folders tell. */
export const defineRuns: DefineCommand = (program, { terminal, end }) => {
  const runs = program
    .command('runs')
    .description('List the runs, show one, or compare two.')
    .helpCommand(false)
    .addHelpText('after', example('sluice runs ls'));

  withOptions(runs.command('ls'))
    .description('List the runs, newest first.')
    .addHelpText('after', example('sluice runs ls'))
    .action(async (options: RunsOptions) => {
      const { listRunsCommand } = await import('../runs-command.js');
      end(await listRunsCommand(options, terminal));
    });

  withOptions(runs.command('show'))
    .description('Show how a run went: times, counts, edges, scores, files.')
    .argument('<run>', anyRun)
    .addHelpText('after', example('sluice runs show latest'))
    .action(async (run: string, options: RunsOptions) => {
      const { showRunCommand } = await import('../runs-command.js');
      end(await showRunCommand(run, options, terminal));
    });

  withOptions(runs.command('diff'))
    .description('Show what differs between two runs, and their scores side by side.')
    .argument('<run>', anyRun)
    .argument('<other-run>', 'likewise')
    .addHelpText('after', example('sluice runs diff demo-20261123-101502 latest'))
    .action(async (run: string, other: string, options: RunsOptions) => {
      const { diffRunsCommand } = await import('../runs-command.js');
      end(await diffRunsCommand([run, other], options, terminal));
    });
};

const withOptions = (command: Command): Command =>
  command
    .option('--runs-dir <folder>', "folder that holds the runs' folders", 'runs')
    .option('--json', 'print one JSON document');
