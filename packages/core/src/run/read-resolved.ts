import type { Diagnostic } from '../pipeline/diagnostic.js';
import { toPlainValue } from '../pipeline/located-node.js';
import { parseYaml } from '../pipeline/parse-yaml.js';
import { readSource } from '../pipeline/read-source.js';
import { renderDiagnostics } from '../pipeline/render-diagnostic.js';

/** `pipeline.resolved.yaml` of a run folder as plain data, read with the same limits as any pipeline file; or why it can't be read. */
export async function readResolved(
  folder: string,
): Promise<{ readonly pipeline: unknown } | { readonly problem: string }> {
  const problems: Diagnostic[] = [];
  const report = (problem: Diagnostic): unknown => problems.push(problem);
  const read = await readSource('pipeline.resolved.yaml', folder, report);
  const root = read === undefined ? undefined : parseYaml(read.source, report);
  if (root === undefined || problems.length > 0) return { problem: renderDiagnostics(problems) };
  return { pipeline: toPlainValue(root) };
}
