// `npm run -s example -- voc-instance`: the demo dataset in this format, then the whole pipeline.
import { runFormatExample } from '../demo/run-format-example.mjs';

await runFormatExample('voc-instance', new URL('pipeline.yaml', import.meta.url));
