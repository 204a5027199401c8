import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './workspace.mjs';

const dist = path.join(root, 'packages', 'pipelines', 'dist');
const folder = path.join(dist, 'quick');

/** Commands that only look: they start in a fraction of the time from a few files instead of a thousand. All others stay as they are. */
const quick = /[/\\](?:validate|schema|stages|describe)-command\.js$/;
/** Loaded when needed, if at all; native code cannot be bundled anyway. */
const left = /^(?:sharp|onnxruntime-node|winston|inversify|reflect-metadata|cli-progress)(?:$|\/)/;

/** Where a command that is not bundled stands, seen from the bundle. */
const elsewhere = (id) =>
  id.endsWith('-command.js') && !quick.test(id) ? { id: `../cli/${path.basename(id)}`, external: true } : null;

/**
 * Puts the `sluice` command with what the quick commands need into `dist/quick`. `parts.json` names the compiler's record of
 * each package in it: while none is newer, `bin/sluice.js` takes the bundle.
 */
export async function bundleCommand() {
  const { rolldown } = await import('rolldown');
  const bundle = await rolldown({
    input: path.join(dist, 'cli', 'main.js'),
    platform: 'node',
    external: left,
    plugins: [{ name: 'slow-commands', resolveId: (id) => elsewhere(id) }],
    treeshake: { moduleSideEffects: false },
    resolve: { conditionNames: ['import', 'es2015', 'default'] },
    logLevel: 'warn',
  });
  const { output } = await bundle.write({
    dir: folder,
    cleanDir: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    minify: true,
  });
  await bundle.close();
  const modules = output.flatMap((chunk) => Object.keys(chunk.modules ?? {}));
  const packages = new Set(modules.flatMap((file) => /^(.*[/\\]packages[/\\].*?[/\\]dist)[/\\]/.exec(file)?.[1] ?? []));
  const parts = [...packages].map((part) => path.relative(folder, path.join(part, '.tsbuildinfo')));
  writeFileSync(path.join(folder, 'parts.json'), JSON.stringify(parts.sort()));
}
