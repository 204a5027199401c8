/**
 * Installs the Python peers into bench/peers/.venv: `node bench/peers/setup.mjs [pip options]`.
 *
 * PyTorch's wheels on PyPI bring the CUDA libraries along (5 GB on disk). Where its own index can be reached, the smaller CPU wheels do:
 * `node bench/peers/setup.mjs --extra-index-url https://download.pytorch.org/whl/cpu`. Both run the same code on a CPU.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { peerPython, peersFolder } from '../support/python.mjs';

if (!existsSync(peerPython)) run('python3.11', ['-m', 'venv', join(peersFolder, '.venv')]);
run(peerPython, ['-m', 'pip', 'install', '-r', join(peersFolder, 'requirements.txt'), ...process.argv.slice(2)]);

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
