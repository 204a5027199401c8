#!/usr/bin/env node
import { readFileSync, statSync } from 'node:fs';
import module from 'node:module';

// Node 22 and newer keep compiled code between runs: a command starts in half the time.
module.enableCompileCache?.();

const { main, processTerminal } = isBundled()
  ? await import('../dist/quick/main.js')
  : await import('../dist/cli/main.js');
process.exitCode = await main(process.argv.slice(2), processTerminal());

/** Whether `dist/quick` holds the command as it is: none of its packages was compiled after it was made. */
function isBundled() {
  try {
    const parts = new URL('../dist/quick/parts.json', import.meta.url);
    const made = statSync(parts).mtimeMs;
    return JSON.parse(readFileSync(parts, 'utf8')).every((part) => {
      const compiled = statSync(new URL(part, parts), { throwIfNoEntry: false });
      return compiled === undefined || compiled.mtimeMs <= made;
    });
  } catch {
    return false; // not bundled
  }
}
