/**
 * Installs the Python peers into bench/peers/.venv: `node bench/peers/setup.mjs [pip options]`; with `datumaro` as the first word, Datumaro into
 * bench/peers/.venv-datumaro.
 *
 * PyTorch's wheels on PyPI bring the CUDA libraries along (5 GB on disk). Where its own index can be reached, the smaller CPU wheels do:
 * `node bench/peers/setup.mjs --extra-index-url https://download.pytorch.org/whl/cpu`. Both run the same code on a CPU.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { peerPython, peersFolder, pythonOf } from '../support/python.mjs';

const own = process.argv[2] === 'datumaro' ? process.argv[2] : undefined;
const python = own === undefined ? peerPython : pythonOf(own);
const requirements = join(peersFolder, own === undefined ? 'requirements.txt' : `requirements-${own}.txt`);
if (!existsSync(python)) run('python3.11', ['-m', 'venv', join(python, '../..')]);
run(python, ['-m', 'pip', 'install', '-r', requirements, ...process.argv.slice(own === undefined ? 2 : 3)]);

/**
 * @param {string} command
 * @param {readonly string[]} args
 */
function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (status === 0) return;
  console.error(error ? `${command}: ${error.message}` : `${command} ended with status ${String(status)}`);
  process.exit(1);
}
