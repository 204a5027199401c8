import path from 'node:path';
import { loadPipeline, writeFileAtomic } from '@sluice/core';
import { pipelinesErrors } from '../errors.js';
import { drawGraph, formatOf, type GraphFormat } from '../graph/draw-graph.js';
import { pipelineGraph } from '../graph/pipeline-graph.js';
import { loadOptions } from '../load-options.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import type { Terminal } from './terminal.js';

export interface GraphOptions {
  readonly set: readonly string[];
  readonly profile: readonly string[];
  readonly format?: GraphFormat;
  readonly output?: string;
  readonly json?: boolean;
}

/** `sluice graph`: the picture on stdout or in a file; with `--json` the graph itself on stdout. */
export async function graphCommand(file: string, options: GraphOptions, terminal: Terminal): Promise<ExitCode> {
  const { set, profile, output, json = false } = options;
  const load = loadOptions({ set, profiles: profile, environment: process.env });
  const graph = pipelineGraph(await loadPipeline(file, load));
  const format = options.format ?? (output === undefined ? undefined : formatOf(output)) ?? 'mermaid';
  if (output !== undefined) await write(path.resolve(output), await drawGraph(graph, format));
  if (json) terminal.out(`${JSON.stringify({ ...graph, ...(output !== undefined && { output }) }, undefined, 2)}\n`);
  else if (output === undefined) terminal.out(await drawGraph(graph, format));
  else terminal.err(`${format} written to ${output}\n`);
  return exitCodes.ok;
}

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFileAtomic(file, text);
  } catch (cause) {
    throw pipelinesErrors.OUTPUT_FILE({ file }, { cause });
  }
}
