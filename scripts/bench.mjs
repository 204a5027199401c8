// Runs a benchmark: `npm run -s bench -- NAME`. Its last line is `RESULT {json}`.
import { runNamed } from './lib/run-named.mjs';

await runNamed('bench', 'npm run -s bench -- NAME');
