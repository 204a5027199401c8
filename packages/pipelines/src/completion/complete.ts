import type { Argument, Command, Option } from 'commander';
import { recipeNames } from '../recipes/find-recipe.js';
import { runNames } from '../runs/list-runs.js';
import { bundledStages } from '../stages/bundled-stages.js';

export interface Completion {
  /** Words that can stand at the cursor, with what they mean. */
  readonly words: readonly { readonly word: string; readonly meaning: string }[];
  /** What the shell itself can complete. */
  readonly paths: 'none' | 'files' | 'folders';
}

const nothing: Completion = { words: [], paths: 'none' };

/** What can stand at the last of `words` (those behind `sluice`; the last may be empty), read off the program's own definition. */
export async function complete(program: Command, words: readonly string[]): Promise<Completion> {
  const current = words.at(-1) ?? '';
  let command = program;
  let operands = 0;
  let open: Option | undefined; // waits for its value
  let plain = false; // behind `--`
  for (const word of words.slice(0, -1)) {
    if (open !== undefined) open = undefined;
    else if (!plain && word === '--') plain = true;
    else if (!plain && word.startsWith('-')) open = valueOption(command, word);
    else {
      const next = operands === 0 ? visible(command).find((each) => each.name() === word) : undefined;
      if (next === undefined) operands++;
      else command = next;
    }
  }
  const among = (candidates: Completion): Completion => ({
    ...candidates,
    words: candidates.words.filter(({ word }) => word.startsWith(current)),
  });
  if (open !== undefined) return among(await valuesOf(open, placeholder(open.flags)));
  if (!plain && current.startsWith('-')) return among(optionsOf(command));
  const commands = operands === 0 ? visible(command) : [];
  if (commands.length > 0) {
    return among({ ...nothing, words: commands.map((each) => ({ word: each.name(), meaning: each.description() })) });
  }
  const all = command.registeredArguments;
  const argument = all[operands] ?? (all.at(-1)?.variadic ? all.at(-1) : undefined);
  return argument === undefined ? nothing : among(await valuesOf(argument, argument.name()));
}

const visible = (command: Command): readonly Command[] => {
  return command.createHelp().visibleCommands(command);
};

/** The option that a word names, where it takes its value from the next word. */
function valueOption(command: Command, word: string): Option | undefined {
  const option = command.options.find(({ long, short }) => long === word || short === word);
  return option?.required ? option : undefined;
}

const optionsOf = (command: Command): Completion => ({
  ...nothing,
  words: command
    .createHelp()
    .visibleOptions(command)
    .flatMap(({ long, description }) => (typeof long !== 'string' ? [] : [{ word: long, meaning: description }])),
});

/** `folder` of `--runs-dir <folder>`. */
const placeholder = (flags: string): string => /[<[]([\w-]+)/.exec(flags)?.[1] ?? '';

/** By what the help calls a value, so that new commands need say nothing more. */
async function valuesOf({ argChoices }: Option | Argument, name: string): Promise<Completion> {
  if (argChoices) return { ...nothing, words: argChoices.map((word) => ({ word, meaning: '' })) };
  switch (name) {
    case 'file':
    case 'files':
    case 'path':
    case 'source':
      return { ...nothing, paths: 'files' };
    case 'folder':
    case 'target':
      return { ...nothing, paths: 'folders' };
    case 'stage':
      return { ...nothing, words: Object.keys(bundledStages).map((word) => ({ word, meaning: 'stage' })) };
    case 'recipe':
      return { words: recipeNames().map((word) => ({ word, meaning: 'recipe' })), paths: 'files' };
    case 'model':
    case 'models': {
      const { modelNames, zooModel } = await import('@sluice/models');
      return { ...nothing, words: modelNames.map((word) => ({ word, meaning: zooModel(word).summary })) };
    }
    case 'run':
    case 'other-run':
    case 'run-or-file': {
      const names = await runNames('runs').catch(() => []);
      const words = ['latest', ...names].map((word) => ({ word, meaning: 'run' }));
      return { words, paths: name === 'run-or-file' ? 'files' : 'folders' };
    }
    default:
      return nothing;
  }
}

/** The first line says what the shell completes itself; then a line for each word: word, tab, meaning. */
export const completionText = ({ words, paths }: Completion): string =>
  [
    paths,
    ...words.filter(({ word }) => !/[\t\n]/.test(word)).map(({ word, meaning }) => `${word}\t${meaning}`),
    '',
  ].join('\n');
