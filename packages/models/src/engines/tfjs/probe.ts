import { GraphBuilder } from '../../graph/graph-builder.js';
import { probeMark } from './find-backend.js';
import { loadBackend, type BackendEntry } from './load-backend.js';
import { prepareProgram } from './program.js';

/* A process that loads one backend, adds two numbers on it and prints what came of it: `node probe.js '{"backend": …, "file": …}'` */
async function compute(): Promise<{ readonly version: string }> {
  const { tf, version } = await loadBackend(JSON.parse(process.argv[2] ?? '{}') as BackendEntry);
  const builder = new GraphBuilder();
  const x = builder.input('x', [2]);
  const program = prepareProgram(tf, builder.build({ sum: builder.emit('Add', [x, x]) }));
  const sum = await program
    .run(new Map([['x', tf.tensor1d([1, 2])]]))
    .get('sum')!
    .data();
  if (sum.join() !== '2,4') throw new Error(`1 + 1 and 2 + 2 came out as ${sum.join(' and ')}`);
  return { version };
}

const result = await compute().catch((error: unknown) => {
  const [first = ''] = (error instanceof Error ? error.message : String(error)).trim().split('\n');
  return { problem: first.trim() };
});
process.stdout.write(`\n${probeMark}${JSON.stringify(result)}\n`);
