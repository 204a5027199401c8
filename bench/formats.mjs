/**
 * Indexing a COCO file of the size of val2017, ours against Datumaro, in turns in one run: see README.md.
 * node bench/formats.mjs [--images 5000] [--annotations 36000] [--repeats 5]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { streamThroughIngest } from './formats/stream-through-ingest.mjs';
import { writeCocoFile } from './formats/write-coco-file.mjs';
import { startContender } from './support/contender.mjs';
import { busyWarning, describeMachine } from './support/machine.mjs';
import { peersFolder, requirePeers } from './support/python.mjs';
import { printResult, table } from './support/report.mjs';
import { median, significant, spread } from './support/statistics.mjs';

const { values: options } = parseArgs({
  options: {
    images: { type: 'string', default: '5000' },
    annotations: { type: 'string', default: '36000' },
    repeats: { type: 'string', default: '5' },
    stream: { type: 'string', default: '100000' },
  },
});
const python = requirePeers('datumaro');
const folder = await mkdtemp(join(tmpdir(), 'sluice-formats-'));
const warning = busyWarning();
console.log(`${describeMachine()}; median of ${options.repeats} turns, a new process each`);
if (warning) console.log(warning);
try {
  const root = join(folder, 'val2017');
  const megabytes = await writeCocoFile(root, {
    images: Number(options.images),
    annotations: Number(options.annotations),
  });
  const sides = {
    ours: [process.execPath, [fileURLToPath(new URL('formats/ours.mjs', import.meta.url)), root]],
    datumaro: [python, [join(peersFolder, 'datumaro_index.py'), root]],
  };
  /** @type {Record<string, { ms: number[], rss: number[], counts: object }>} */
  const measured = {};
  for (let turn = 0; turn <= Number(options.repeats); turn++) {
    for (const [name, [command, args]] of Object.entries(sides)) {
      const contender = await startContender(name, command, args);
      const { ms } = await contender.ask({ do: 'index' });
      const { rss_mb: rss, ...counts } = await contender.ask({ do: 'report' });
      await contender.close();
      const own = (measured[name] ??= { ms: [], rss: [], counts });
      if (turn > 0) own.ms.push(ms) && own.rss.push(rss);
    }
  }
  const { ours, datumaro } = measured;
  if (JSON.stringify(ours.counts) !== JSON.stringify(datumaro.counts)) {
    throw new Error(`they read different things: ${JSON.stringify([ours.counts, datumaro.counts])}`);
  }
  const rows = Object.entries(measured).map(([name, { ms, rss }]) => [
    name,
    Math.round(median(ms)),
    Math.round(Math.max(...rss)),
    `${Math.round(100 * spread(ms))} %`,
  ]);
  const streamed = await streamThroughIngest(join(folder, 'stream'), Number(options.stream));
  console.log(`${megabytes.toFixed(1)} MB of JSON; ${JSON.stringify(ours.counts)}\n`);
  console.log(`${table(['side', 'ms', 'peak RSS, MB', 'spread'], rows)}\n`);
  console.log(
    `${options.stream} images streamed through ingest in ${streamed.seconds} s, ${streamed.megabytes} MB of JSON`,
  );
  printResult({
    ratio_to_datumaro: significant(median(datumaro.ms) / median(ours.ms)),
    ms: Math.round(median(ours.ms)),
    datumaro_ms: Math.round(median(datumaro.ms)),
    rss_mb: Math.round(Math.max(...ours.rss)),
    datumaro_rss_mb: Math.round(Math.max(...datumaro.rss)),
    stream_rss_mb: streamed.rssMb,
  });
} finally {
  await rm(folder, { recursive: true, force: true });
}
