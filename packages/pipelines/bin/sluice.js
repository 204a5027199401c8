#!/usr/bin/env node
import module from 'node:module';

// Node 22 and newer keep compiled code between runs: a command starts in half the time.
module.enableCompileCache?.();

const { main, processTerminal } = await import('../dist/cli/main.js');
process.exitCode = await main(process.argv.slice(2), processTerminal());
