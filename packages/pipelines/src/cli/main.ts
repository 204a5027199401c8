import { Command, CommanderError } from 'commander';
import { example, type DefineCommand } from './command-line.js';
import { defineCache } from './commands/cache.js';
import { defineConvert } from './commands/convert.js';
import { defineDataset } from './commands/dataset.js';
import { defineDescribe } from './commands/describe.js';
import { defineModels } from './commands/models.js';
import { defineRecipes } from './commands/recipes.js';
import { defineResume } from './commands/resume.js';
import { definePlan } from './commands/plan.js';
import { defineSchema } from './commands/schema.js';
import { defineCompletion } from './commands/completion.js';
import { defineDoctor } from './commands/doctor.js';
import { defineGraph } from './commands/graph.js';
import { defineRuns } from './commands/runs.js';
import { defineNew } from './commands/new.js';
import { defineRun } from './commands/run.js';
import { defineServices } from './commands/services.js';
import { defineStages } from './commands/stages.js';
import { defineTest } from './commands/test.js';
import { defineValidate } from './commands/validate.js';
import { defineWhy } from './commands/why.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import type { Failure } from './failure.js';
import type { Terminal } from './terminal.js';
import { commandVersion } from './version.js';

export { processTerminal } from './terminal.js';

/** In the order of the help. */
const commands: readonly DefineCommand[] = [
  defineRun,
  defineRecipes,
  defineResume,
  defineValidate,
  definePlan,
  defineWhy,
  defineTest,
  defineSchema,
  defineStages,
  defineDescribe,
  defineServices,
  defineNew,
  defineCache,
  defineModels,
  defineGraph,
  defineRuns,
  defineDoctor,
  defineCompletion,
  defineDataset,
  defineConvert,
];

/** The `sluice` command: runs one command line and returns the exit code. Nothing heavy is loaded before it is needed. */
export async function main(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.ok;
  const program = commandLine(terminal, (code) => (exitCode = code));
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return usageEnd(error, argv, terminal);
    const { failureOf } = await import('./failure.js');
    const failure = failureOf(error);
    terminal.err(failure.text);
    if (wantsJson(argv)) printFailure(failure, terminal);
    return failure.exitCode;
  }
}

/** After help or a wrong command line, which commander has written about. */
function usageEnd({ exitCode, code, message }: CommanderError, argv: readonly string[], terminal: Terminal): ExitCode {
  if (exitCode === 0) return exitCodes.ok;
  const document = { code, message: message.replace(/^error: /, '') };
  if (wantsJson(argv)) printFailure({ exitCode: exitCodes.badUsage, document }, terminal);
  return exitCodes.badUsage;
}

/** `--json` holds for failures too, also for those of a command line that could not be read. */
function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end === -1 ? undefined : end).includes('--json');
}

function printFailure({ exitCode, document }: Pick<Failure, 'exitCode' | 'document'>, terminal: Terminal): void {
  terminal.out(`${JSON.stringify({ exitCode, error: document }, undefined, 2)}\n`);
}

/** All commands and their options; completion and the tests of all commands walk over it. */
export function commandLine(terminal: Terminal, end: (code: ExitCode) => void): Command {
  const program = new Command('sluice')
    .description('Runs pipelines that are described in a YAML file.')
    .version(commandVersion(), '-V, --version')
    .helpCommand(false)
    .showSuggestionAfterError()
    .showHelpAfterError('(add --help for usage)')
    .exitOverride()
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err });

  for (const define of commands) define(program, { terminal, end });
  return program.addHelpText('after', example('sluice run examples/coco/pipeline.yaml --set vars.data=./photos'));
}
