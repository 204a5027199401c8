import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { setUpOrExit } from '../setup.mjs';
import { runInForeground } from './run-command.mjs';
import { root } from './workspace.mjs';

/** How a name in a folder can be run: the file that must exist, and the arguments for Node. */
const forms = [
  { file: (name) => `${name}.mjs`, args: (file) => [file] },
  { file: (name) => path.join(name, 'run.mjs'), args: (file) => [file] },
  { file: (name) => path.join(name, 'pipeline.yaml'), args: (file) => [sluice, 'run', file] },
];
const sluice = path.join(root, 'packages', 'pipelines', 'bin', 'sluice.js');

/**
 * Runs `FOLDER/NAME.mjs`, `FOLDER/NAME/run.mjs` or the pipeline `FOLDER/NAME/pipeline.yaml` with the arguments that follow
 * the name; without a name, or with an unknown one, says which there are. Ends with the program's exit code, 2 on bad usage.
 */
export async function runNamed(folder, usage) {
  const [name, ...args] = process.argv.slice(2);
  const program = commandOf(path.join(root, folder), name);
  if (program === undefined) {
    process.stderr.write(name === undefined ? '' : `There is no "${name}" in ${folder}/.\n`);
    process.stderr.write(`Usage: ${usage}\nNames: ${namesIn(path.join(root, folder)).join(', ') || 'none yet'}\n`);
    process.exitCode = 2;
    return;
  }
  await setUpOrExit();
  const cwd = process.env.INIT_CWD ?? process.cwd();
  process.exitCode = await runInForeground([process.execPath, [...program, ...args]], { cwd });
}

function commandOf(folder, name) {
  if (name === undefined || !/^[\w-]+$/.test(name)) return undefined;
  const form = forms.find(({ file }) => existsSync(path.join(folder, file(name))));
  return form?.args(path.join(folder, form.file(name)));
}

const namesIn = (folder) =>
  existsSync(folder)
    ? [...new Set(readdirSync(folder).map((entry) => entry.replace(/\.mjs$/, '')))]
        .filter((name) => commandOf(folder, name))
        .sort()
    : [];
