// The `sluice` command from a clone: `npm run -s sluice -- ARGS`. Sets up first; stdout holds only the command's output.
import path from 'node:path';
import { runInForeground } from './lib/run-command.mjs';
import { root } from './lib/workspace.mjs';
import { setUpOrExit } from './setup.mjs';

await setUpOrExit();
const program = path.join(root, 'packages', 'pipelines', 'bin', 'sluice.js');
// npm runs scripts in the root; paths on the command line are relative to where the user is.
const cwd = process.env.INIT_CWD ?? process.cwd();
process.exitCode = await runInForeground([process.execPath, [program, ...process.argv.slice(2)]], { cwd });
