import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { example, type DefineCommand } from './command-line.js';
import { defineDescribe } from './commands/describe.js';
import { defineNew } from './commands/new.js';
import { defineRun } from './commands/run.js';
import { defineServices } from './commands/services.js';
import { defineStages } from './commands/stages.js';
import { defineValidate } from './commands/validate.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import type { Terminal } from './terminal.js';

export { processTerminal } from './terminal.js';

/** In the order of the help. */
const commands: readonly DefineCommand[] = [
  defineRun,
  defineValidate,
  defineStages,
  defineDescribe,
  defineServices,
  defineNew,
];

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

  for (const define of commands) define(program, { terminal, end });
  return program.addHelpText('after', example('sluice run examples/coco/pipeline.yaml --set vars.data=./photos'));
}

function version(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}
