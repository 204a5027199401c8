import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import path from 'node:path';
import { root } from './workspace.mjs';

/** Script files of the tools in `node_modules`, run with this very Node: no shell, no PATH. */
const tools = {
  tsc: 'typescript/bin/tsc',
  eslint: 'eslint/bin/eslint.js',
  prettier: 'prettier/bin/prettier.cjs',
  depcruise: 'dependency-cruiser/bin/dependency-cruise.mjs',
  knip: 'knip/bin/knip.js',
  vitest: 'vitest/vitest.mjs',
};

/** The command line `[program, arguments]` of an installed tool. */
export const tool = (name, ...args) => [process.execPath, [path.join(root, 'node_modules', tools[name]), ...args]];

/**
 * Runs a program to its end. `output: 'capture'` keeps stdout and stderr together as text; `'inherit'` shows them;
 * `'stderr'` shows both on stderr, so that stdout stays clean.
 * @returns {Promise<{ code: number, text: string }>} a signal counts as 128 + its number, as in a shell.
 */
export function runCommand([program, args], { output = 'capture', cwd = root, env = process.env, shell = false } = {}) {
  return new Promise((resolve, reject) => {
    const stdio = { capture: ['ignore', 'pipe', 'pipe'], inherit: 'inherit', stderr: ['ignore', 2, 2] }[output];
    const child = spawn(program, args, { cwd, env, stdio, shell });
    const chunks = [];
    child.stdout?.on('data', (chunk) => chunks.push(chunk));
    child.stderr?.on('data', (chunk) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve({ code: code ?? 128 + constants.signals[signal], text: Buffer.concat(chunks).toString('utf8') });
    });
  });
}

/**
 * Runs a program in the foreground on this process's own streams and returns its exit code. SIGINT and SIGTERM are handed
 * on to it: it decides how to end. (A terminal sends SIGINT to both, so it may get one twice.)
 */
export function runInForeground([program, args], options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit', ...options });
    const interrupt = () => child.kill('SIGINT');
    const terminate = () => child.kill('SIGTERM');
    process.on('SIGINT', interrupt).on('SIGTERM', terminate);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      process.off('SIGINT', interrupt).off('SIGTERM', terminate);
      resolve(code ?? 128 + constants.signals[signal]);
    });
  });
}
