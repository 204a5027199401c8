import { Option, InvalidArgumentError, type Command } from 'commander';
import type { ExitCode } from './exit-codes.js';
import type { Terminal } from './terminal.js';

/** What a command needs of the process that it is run in. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** Says how the command has ended. */
  readonly end: (code: ExitCode) => void;
}

/** Adds one command to the program: its words, options, help and example. What it does is imported when it is called. */
export type DefineCommand = (program: Command, context: CommandContext) => void;

/** `--set a.b=c`, any number of times; core reads and checks them. */
export const setOption = (): Option =>
  new Option('--set <path=value>', 'override a value of the file, a dotted path; may be repeated')
    .argParser((value: string, before: readonly string[]) => [...before, value])
    .default([] as readonly string[], '');

/** `--profile name`, any number of times. */
export const profileOption = (): Option =>
  new Option('--profile <name>', 'lay a profile of the file over it; may be repeated, later ones win')
    .argParser((value: string, before: readonly string[]) => [...before, value])
    .default([] as readonly string[], '');

export const printConfigOption = (): Option =>
  new Option('--print-config', 'run nothing; print the file with everything put in, and where each value comes from');

/** Stage ids, separated by commas. */
export const stageNames = (text: string): readonly string[] => {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) throw new InvalidArgumentError('It must be stage ids, separated by commas.');
  return names;
};

/** Options of every command that works on a part of a pipeline. */
export const addSelection = (command: Command): Command =>
  command
    .option('--from <stages>', 'run these stages, what comes after them, and what feeds those', stageNames)
    .option('--to <stages>', 'run these stages and what feeds them', stageNames)
    .option('--only <stages>', 'run these stages; all that feeds them must be in the cache', stageNames)
    .option('--force [stages]', 'make the results of these stages anew (no names: of all)', stageNames);

/** The example at the end of a command's help; a test runs it. */
export const example = (line: string): string => `\nExample:\n  $ ${line}`;

export function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1)
    throw new InvalidArgumentError('It must be a whole number of at least 1.');
  return number;
}
