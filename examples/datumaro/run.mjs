// `npm run -s example -- datumaro`: the demo dataset in this format, then the whole pipeline.
import { runFormatExample } from '../demo/run-format-example.mjs';

await runFormatExample('datumaro', new URL('pipeline.yaml', import.meta.url));
