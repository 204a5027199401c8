import { readFileSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { exitCodes, type ExitCode } from './exit-codes.js';
import type { RunOptions } from './run-command.js';
import type { Terminal } from './terminal.js';

export { processTerminal } from './terminal.js';

/** The `sluice` command: runs one command line and returns the exit code. Nothing heavy is loaded before it is needed. */
export async function main(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.ok;
  const program = commandLine(terminal, (code) => (exitCode = code));
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.badUsage;
    const { failureOf } = await import('./failure.js');
    const failure = failureOf(error);
    terminal.err(failure.text);
    return failure.exitCode;
  }
}

function commandLine(terminal: Terminal, end: (code: ExitCode) => void): Command {
  const program = new Command('sluice')
    .description('Runs pipelines that are described in a YAML file.')
    .version(version(), '-V, --version')
    .helpCommand(false)
    .showSuggestionAfterError()
    .showHelpAfterError('(add --help for usage)')
    .exitOverride()
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err });

  program
    .command('run')
    .description('Run a pipeline file; progress goes to stderr, a summary to stdout.')
    .argument('<file>', 'the pipeline file (YAML)')
    .addOption(setOption())
    .option('--runs-dir <folder>', "folder that the run's own folder is made in", 'runs')
    .option('--cache-dir <folder>', 'folder of the content store (default: $SLUICE_CACHE_DIR or .sluice/cache)')
    .option('--threads <count>', 'threads that the tensor engine uses (default: one a core)', wholeNumber)
    .addOption(new Option('--log-level <level>', 'least level of the log on stderr').choices(levels).default('warn'))
    .option('--quiet', 'show neither progress nor summary, only warnings and errors')
    .option('--json', 'print the summary as one JSON document')
    .addHelpText('after', example('sluice run pipeline.yaml --set vars.epochs=5 --set stages.train.with.batch-size=4'))
    .action(async (file: string, options: RunOptions) => {
      const { runCommand } = await import('./run-command.js');
      end(await runCommand(file, options, terminal));
    });

  program
    .command('validate')
    .description('Check a pipeline file without running it; every problem is shown with its place.')
    .argument('<file>', 'the pipeline file (YAML)')
    .addOption(setOption())
    .option('--json', 'print the problems as one JSON document')
    .addHelpText('after', example('sluice validate pipeline.yaml'))
    .action(async (file: string, options: { set: string[]; json?: boolean }) => {
      const { validateCommand } = await import('./validate-command.js');
      end(await validateCommand(file, options, terminal));
    });

  program
    .command('stages')
    .description('List the bundled stages.')
    .option('--json', 'print one JSON document')
    .addHelpText('after', example('sluice stages'))
    .action(async (options: { json?: boolean }) => {
      const { stagesCommand } = await import('./stages-command.js');
      end(await stagesCommand(options, terminal));
    });

  program
    .command('describe')
    .description("Show a stage's ports and options.")
    .argument('<stage>', 'short name of a bundled stage, or an npm package that can be found from the working folder')
    .option('--json', 'print one JSON document; options as JSON Schema')
    .addHelpText('after', example('sluice describe train-decoder'))
    .action(async (stage: string, options: { json?: boolean }) => {
      const { describeCommand } = await import('./describe-command.js');
      end(await describeCommand(stage, options, terminal));
    });

  return program.addHelpText('after', example('sluice run examples/coco/pipeline.yaml --set vars.data=./photos'));
}

const levels = ['error', 'warn', 'info', 'debug'];

/** `--set a.b=c`, any number of times; core reads and checks them. */
const setOption = (): Option =>
  new Option('--set <path=value>', 'override a value of the file, a dotted path; may be repeated')
    .argParser((value: string, before: readonly string[]) => [...before, value])
    .default([] as readonly string[], '');

const example = (line: string): string => `\nExample:\n  $ ${line}`;

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1)
    throw new InvalidArgumentError('It must be a whole number of at least 1.');
  return number;
}

function version(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}
