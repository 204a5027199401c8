// Runs an example: `npm run -s example -- NAME ARGS`.
import { runNamed } from './lib/run-named.mjs';

await runNamed('examples', 'npm run -s example -- NAME');
