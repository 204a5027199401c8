// What a user does, outside this workspace: packs every package, installs the tarballs, scaffolds a stage, builds, tests and runs it.
// Takes a few minutes and asks the npm registry for public dependencies; `.ci/run` runs it, `npm test` its form within the workspace.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runCommand } from './lib/run-command.mjs';
import { readJson, root, workspaceFolders } from './lib/workspace.mjs';
import { setUp } from './setup.mjs';

const folder = mkdtempSync(path.join(tmpdir(), 'sluice-pack-'));
const tarballs = path.join(folder, 'tarballs');
const stage = path.join(folder, 'soft-blur');
const windows = process.platform === 'win32';

/** Runs a program, and throws with its output where it fails. */
async function must(title, program, args, cwd) {
  const started = performance.now();
  const { code, text } = await runCommand([windows ? `${program}.cmd` : program, args], { cwd, shell: windows });
  console.log(
    `${code === 0 ? 'ok    ' : 'FAILED'} ${title.padEnd(38)} ${((performance.now() - started) / 1000).toFixed(1)} s`,
  );
  if (code !== 0) throw new Error(text);
  return text;
}

function check(title, condition) {
  console.log(`${condition ? 'ok    ' : 'FAILED'} ${title}`);
  if (!condition) throw new Error(title);
}

try {
  await setUp();
  mkdirSync(tarballs);
  const packed = workspaceFolders().filter((name) => name.startsWith('packages/'));
  const { packageManager } = readJson('package.json');
  const filters = packed.flatMap((name) => ['--filter', `./${name}`]);
  const pack = ['--yes', packageManager, '-r', ...filters, 'pack', '--pack-destination', tarballs];
  await must('pack every package', 'npx', pack, root);

  const dependencies = Object.fromEntries(
    packed.map((name) => {
      const { name: dependency, version } = readJson(name, 'package.json');
      const file = `${dependency.replace('@', '').replace('/', '-')}-${version}.tgz`;
      return [dependency, `file:tarballs/${file}`];
    }),
  );
  const tarballNames = readdirSync(tarballs).sort();
  check('one tarball a package', tarballNames.length === packed.length);
  const user = { name: 'user', version: '1.0.0', private: true, workspaces: ['soft-blur'], dependencies };
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify(user));
  const install = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'];
  await must('install the tarballs', 'npm', install, folder);

  await must('scaffold', 'npx', ['--no', 'sluice', 'new', 'stage', '@acme/stage-soft-blur', '--folder', stage], folder);
  await must('install what the stage needs', 'npm', install, folder);
  await must('build it', 'npm', ['run', 'build'], stage);
  await must('test it', 'npm', ['test'], stage);
  const text = await must('run it', 'npx', ['--no', 'sluice', 'run', 'pipeline.yaml', '--json'], stage);
  const { folder: run } = JSON.parse(text.slice(text.indexOf('{\n'), text.lastIndexOf('}') + 1));
  const manifest = JSON.parse(readFileSync(path.join(run, 'manifest.json'), 'utf8'));
  check('the run has succeeded', manifest.status === 'succeeded');
  check('it has kept one of two samples', manifest.counts['samples kept'] === 1);
  const packages = Object.values(manifest.stages).map((each) => each.package);
  check(
    'integrity of each package',
    packages.every(({ integrity }) => /^sha256-[0-9a-f]{64}$/.test(integrity)),
  );
  await must(
    'the demo file is valid there',
    'npx',
    ['--no', 'sluice', 'validate', path.join(root, 'examples/demo/pipeline.yaml')],
    folder,
  );
  console.log('pack test passed');
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
