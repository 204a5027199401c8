// Installs and builds what a fresh clone lacks: `node scripts/setup.mjs`. Needs only Node and npm. A quick no-op when
// nothing changed; silent unless something happens; safe to run again or several at once.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { assertNodeVersion } from './lib/node-version.mjs';
import { runCommand, tool } from './lib/run-command.mjs';
import { withLock } from './lib/with-lock.mjs';
import { filesBelow, readJson, root, workspaceFolders } from './lib/workspace.mjs';

const stamps = path.join(root, 'node_modules', '.sluice');

/** Brings the clone to a state in which everything runs; throws an Error whose message says what to do. */
export async function setUp({ build = true } = {}) {
  assertNodeVersion(process.versions.node, readJson('package.json').engines.node);
  const ready = () => isInstalled() && (!build || isBuilt());
  if (ready()) return;
  await withLock(path.join(root, '.sluice', 'setup.lock'), async () => {
    if (!isInstalled()) await install();
    if (build && !isBuilt()) await compile();
  });
}

async function install() {
  const { packageManager } = readJson('package.json');
  const args = ['--yes', packageManager, 'install', '--frozen-lockfile'];
  // Development dependencies build the workspace, so they are installed whatever NODE_ENV says.
  const env = { ...process.env, CI: 'true', NODE_ENV: 'development' };
  const windows = process.platform === 'win32';
  await step(`Installing packages with ${packageManager}`, [windows ? 'npx.cmd' : 'npx', args], {
    env,
    shell: windows,
  });
  stamp('installed', installKey());
}

async function compile() {
  const key = buildKey();
  await step('Building', tool('tsc', '-b'));
  const { bundleCommand } = await import('./lib/bundle-command.mjs');
  await bundleCommand();
  stamp('built', key);
}

async function step(title, command, options) {
  const started = performance.now();
  process.stderr.write(`${title} ...\n`);
  const { code, text } = await runCommand(command, options);
  if (code !== 0) throw new Error(`${title} failed (exit code ${code}):\n${text.trimEnd()}`);
  process.stderr.write(`${title}: done in ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
}

const isInstalled = () =>
  existsSync(path.join(root, 'node_modules', '.modules.yaml')) && isStamped('installed', installKey());

const isBuilt = () =>
  workspaceFolders().every(
    (folder) =>
      !existsSync(path.join(root, folder, 'tsconfig.json')) ||
      existsSync(path.join(root, folder, 'dist', '.tsbuildinfo')),
  ) && isStamped('built', buildKey());

/** Digest of what an install depends on. */
const installKey = () =>
  digest(['pnpm-lock.yaml', 'pnpm-workspace.yaml'].map((name) => readFileSync(path.join(root, name), 'utf8')));

/** Digest of names, sizes and times of everything that the compiler reads: quicker than starting the compiler to hear that nothing changed. */
const buildKey = () =>
  digest([
    installKey(),
    ...['tsconfig.base.json', 'tsconfig.json'].map((name) => describe(path.join(root, name))),
    ...workspaceFolders().flatMap((folder) => [
      ...['package.json', 'tsconfig.json'].map((name) => describe(path.join(root, folder, name))),
      ...filesBelow(path.join(root, folder, 'src')).map(describe),
    ]),
  ]);

const describe = (file) => {
  const stats = statSync(file, { throwIfNoEntry: false });
  return `${path.relative(root, file)} ${stats?.size} ${stats?.mtimeMs}`;
};

const digest = (parts) => createHash('sha256').update(JSON.stringify(parts)).digest('hex');

const isStamped = (name, key) =>
  existsSync(path.join(stamps, name)) && readFileSync(path.join(stamps, name), 'utf8') === key;

const stamp = (name, key) => {
  mkdirSync(stamps, { recursive: true });
  writeFileSync(path.join(stamps, name), key);
};

/** Sets up or ends the process with the message and exit code 3 (the environment lacks something). */
export async function setUpOrExit(options) {
  try {
    await setUp(options);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exit(3);
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await setUpOrExit();
