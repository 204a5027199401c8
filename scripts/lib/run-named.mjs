import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { setUpOrExit } from '../setup.mjs';
import { runInForeground } from './run-command.mjs';
import { root } from './workspace.mjs';

/**
 * Runs `FOLDER/NAME.mjs` or `FOLDER/NAME/run.mjs` with the arguments that follow the name; without a name, or with an
 * unknown one, says which there are. Ends with the program's exit code, 2 on bad usage.
 */
export async function runNamed(folder, usage) {
  const [name, ...args] = process.argv.slice(2);
  const names = namesIn(path.join(root, folder));
  const program = candidates(folder, name ?? '').find((file) => existsSync(file));
  if (name === undefined || program === undefined) {
    process.stderr.write(name === undefined ? '' : `There is no "${name}" in ${folder}/.\n`);
    process.stderr.write(`Usage: ${usage}\nNames: ${names.join(', ') || 'none yet'}\n`);
    process.exitCode = 2;
    return;
  }
  await setUpOrExit();
  const cwd = process.env.INIT_CWD ?? process.cwd();
  process.exitCode = await runInForeground([process.execPath, [program, ...args]], { cwd });
}

const candidates = (folder, name) =>
  /^[\w-]+$/.test(name) ? [path.join(root, folder, `${name}.mjs`), path.join(root, folder, name, 'run.mjs')] : [];

function namesIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .flatMap((entry) => {
      if (entry.endsWith('.mjs')) return [entry.slice(0, -'.mjs'.length)];
      const file = path.join(folder, entry);
      return statSync(file).isDirectory() && existsSync(path.join(file, 'run.mjs')) ? [entry] : [];
    });
}
