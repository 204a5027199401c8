import type { Command } from 'commander';
import type { GcOptions, ListOptions, VerifyOptions } from '../cache-command.js';
import { example, type DefineCommand } from '../command-line.js';
import { byteCount, timeSpan } from '../quantities.js';

/** `sluice cache`: what the content store holds, and what of it may go. */
export const defineCache: DefineCommand = (program, { terminal, end }) => {
  const cache = program
    .command('cache')
    .description('Look into the content store, verify it, or remove what is old from it.')
    .helpCommand(false)
    .addHelpText('after', example('sluice cache ls'));

  withOptions(cache.command('ls'))
    .description('Show how much the cache holds, and which runs keep it.')
    .option('--keys', 'list every entry, most recently used first')
    .addHelpText('after', example('sluice cache ls --keys'))
    .action(async (options: ListOptions) => {
      const { listCacheCommand } = await import('../cache-command.js');
      end(await listCacheCommand(options, terminal));
    });

  withOptions(cache.command('gc'))
    .description('Remove what was not used for longest. What a run used stays as long as its run folder is there.')
    .option('--max-size <size>', 'remove entries until the cache holds no more than this (20GB, 500MiB, 0)', byteCount)
    .option('--older-than <time>', 'remove entries that were not used for so long (30d, 12h)', timeSpan)
    .option('--dry-run', 'say what would go, and remove nothing')
    .addHelpText('after', example('sluice cache gc --max-size 20GB --dry-run'))
    .action(async (options: GcOptions, command: Command) => {
      if (options.maxSize === undefined && options.olderThan === undefined)
        command.error(
          'error: say what may go: --max-size <size>, --older-than <time> or both (--max-size 0: all that no run keeps)',
        );
      const { collectCacheCommand } = await import('../cache-command.js');
      end(await collectCacheCommand(options, terminal));
    });

  withOptions(cache.command('verify'))
    .description('Read every entry and compare it with its digest; exit code 1 when one is damaged.')
    .option('--repair', 'remove damaged entries; they are made again when a run needs them')
    .addHelpText('after', example('sluice cache verify'))
    .action(async (options: VerifyOptions) => {
      const { verifyCacheCommand } = await import('../cache-command.js');
      end(await verifyCacheCommand(options, terminal));
    });

  function withOptions(command: Command): Command {
    return command
      .option('--cache-dir <folder>', 'folder of the content store (default: $SLUICE_CACHE_DIR or .sluice/cache)')
      .option('--json', 'print one JSON document');
  }
};
