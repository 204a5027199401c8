// The whole story in one command: `npm run demo` sets up, generates a small dataset, fine-tunes MobileSAM's decoder on it
// and exports it. The last line is `RESULT {json}`.
import path from 'node:path';
import { runInForeground } from './lib/run-command.mjs';
import { root } from './lib/workspace.mjs';
import { setUpOrExit } from './setup.mjs';

await setUpOrExit();
process.exitCode = await runInForeground(
  [process.execPath, [path.join(root, 'examples', 'demo', 'run.mjs'), ...process.argv.slice(2)]],
  { cwd: root },
);
