import type { Argument, Command } from 'commander';

/** Every command that does something, by its words (`runs ls`), as the program itself lists them. */
export function leafCommands(
  program: Command,
  before: readonly string[] = [],
): readonly (readonly [string, Command])[] {
  const commands = program.createHelp().visibleCommands(program);
  if (commands.length === 0) return [[before.join(' '), program]];
  return commands.flatMap((command) => leafCommands(command, [...before, command.name()]));
}

/** Values of arguments by what the help calls them, for a tiny project that has had a run; and ones that nothing can come of. */
const values: Readonly<Record<string, { readonly good: string; readonly bad: string }>> = {
  file: { good: 'pipeline.yaml', bad: 'nowhere.yaml' },
  files: { good: 'pipeline.yaml', bad: 'nowhere.yaml' },
  stage: { good: 'encode', bad: 'no-such-stage' },
  'stage-id': { good: 'count', bad: 'no-such-stage' },
  path: { good: 'photos', bad: 'no-such-folder' },
  source: { good: 'photos', bad: 'no-such-folder' },
  target: { good: 'written', bad: 'pipeline.yaml' },
  name: { good: 'soft-blur', bad: '../soft-blur' },
  model: { good: 'sam-tiny-vit', bad: 'sam-vit-x' },
  models: { good: 'sam-tiny-vit', bad: 'sam-vit-x' },
  run: { good: 'latest', bad: 'no-such-run' },
  'other-run': { good: 'latest', bad: 'no-such-run' },
};

/** Options that a command needs here: `run` has runs of its own, so that a `resume` at the same time does not find one under way. */
const neededOptions: Readonly<Record<string, readonly string[]>> = {
  run: ['--runs-dir', 'other-runs'],
  ...Object.fromEntries(
    ['train', 'export', 'optimize'].map((name) => [
      name,
      ['--config', 'recipe.yaml', '--data-root', 'photos', '--work-dir', `${name}-runs`],
    ]),
  ),
  predict: [
    ...['--config', 'recipe.yaml', '--checkpoint', 'decoder.safetensors', '--data-root', 'photos'],
    ...['--work-dir', 'predict-runs'],
  ],
  test: ['pipeline.yaml'],
  'cache gc': ['--max-size', '1GB'],
  convert: ['--to', 'datumaro'],
};

/** Arguments of a command; a new kind of argument needs a line in `values` above. */
export const argumentsOf = (name: string, command: Command, kind: 'good' | 'bad'): readonly string[] => [
  ...command.registeredArguments.filter(({ required }) => required).map((argument) => valueOf(argument, kind)),
  ...(kind === 'good' ? (neededOptions[name] ?? []) : []),
];

let targets = 0;

function valueOf(argument: Argument, kind: 'good' | 'bad'): string {
  if (argument.argChoices) return kind === 'good' ? argument.argChoices[0]! : 'no-such-choice';
  const known = values[argument.name()];
  if (known === undefined) throw new Error(`testing/command-words.ts has no value for <${argument.name()}>`);
  // Written once: a second time it would not be empty.
  return ['target', 'name'].includes(argument.name()) && kind === 'good'
    ? `${known.good}-${String(++targets)}`
    : known[kind];
}

/** The command lines of the examples at the end of a help text. */
export const examplesIn = (help: string): readonly string[] =>
  [...help.matchAll(/^ {2}\$ sluice (.*)$/gm)].map(([, line]) => line!);

/** Words of a command line as a shell splits them: blanks, and quotes of either kind. */
export const shellWords = (line: string): readonly string[] =>
  [...line.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) => word.replaceAll(/['"]/g, ''));
