import { printPipeline, type PipelinePoint } from '@sluice/core';

/**
 * `--print-config`: the pipeline with everything put in, each value with where it came from. A sweep gives a YAML document for each
 * point, headed by its name, each of which can be run.
 */
export function printConfig(points: readonly PipelinePoint[], json: boolean): string {
  const documents = points.map(({ name, plan }) => ({ name, config: plan.resolved, origins: plan.origins() }));
  if (!json) {
    return documents
      .map(({ name, config, origins }) => `${name === '' ? '' : `--- # ${name}\n`}${printPipeline(config, origins)}`)
      .join('');
  }
  const [only] = documents;
  const document = only?.name === '' ? { config: only.config, origins: only.origins } : { points: documents };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
