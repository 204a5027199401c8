import { checkPipeline, stageRegistry } from '@sluice/core';
import { resolveModelFile } from '@sluice/models';
import { Type } from '@sinclair/typebox';
import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serviceChoices } from '../composition.js';
import { tinyProject, type TinyProject } from '../testing/tiny-project.js';
import { bundledStages } from './bundled-stages.js';
import { listedText, listStages } from './list-stages.js';
import { yamlSnippet } from './yaml-snippet.js';

let project: TinyProject;
beforeAll(() => {
  project = tinyProject();
});
afterAll(() => project.remove());

describe('the list of stages', () => {
  it('has the bundled ones, then the allowed ones with version, ports and options, and says what is wrong with one', async () => {
    project.write('package.json', JSON.stringify({ sluice: { stages: ['tiny-numbers', '@acme/gone', 'ingest'] } }));
    const stages = await listStages(project.folder);
    expect(stages.map(({ name }) => name)).toEqual([...Object.keys(bundledStages), 'tiny-numbers', '@acme/gone']);
    expect(stages[1]).toMatchObject({ name: 'resize-pad', from: 'bundled', options: ['size', 'mode'] });
    expect(stages.at(-2)).toEqual({
      name: 'tiny-numbers',
      from: 'allowed',
      summary: 'Counts.',
      package: { name: 'tiny-numbers', version: '1.0.0' },
      inputs: [],
      outputs: [{ name: 'numbers', contract: 'Whole', description: 'A whole number.' }],
      options: ['count', 'wait', 'fail-at'],
    });
    expect(stages.at(-1)?.problem).toMatch(/^install it with `npm install @acme\/gone`/);
    expect(listedText(stages.at(-2)!)).toBe(
      'tiny-numbers: Counts.\n  tiny-numbers 1.0.0\n  -> numbers (Whole)\n  options: count, wait, fail-at\n',
    );
    expect(listedText(stages.at(-1)!)).toMatch(/^@acme\/gone\n {2}can't be used: install it/);
  });
});

describe('the YAML of a stage', () => {
  it('of all bundled stages together is a pipeline file without a problem', async () => {
    const known = await listStages(project.folder);
    const registry = stageRegistry(project.folder, bundledStages);
    const snippets = await Promise.all(
      Object.keys(bundledStages).map(async (uses) => {
        const lookup = await registry.find(uses);
        return lookup.kind === 'found' ? yamlSnippet(uses, lookup.definition, known) : uses;
      }),
    );
    const text = `sluice: 1\nname: all\nstages:\n${snippets.join('').replace(/^/gm, '  ').trimEnd()}\n`;
    const file = project.write('all.yaml', text);
    // What stands in for a file is one with a decoder, which one of the stages looks into.
    copyFileSync(await resolveModelFile('sam-tiny-vit', 'decoder'), path.join(project.folder, 'path'));
    const { diagnostics } = await checkPipeline(path.basename(file), {
      bundled: bundledStages,
      services: serviceChoices({ cacheDir: '', threads: 1 }),
      cwd: project.folder,
    });
    expect(diagnostics).toEqual([]);
  });

  it('has a stand-in where an option has no default, and for what nothing gives', () => {
    const options = Type.Object({
      file: Type.String({ format: 'path' }),
      name: Type.String(),
      count: Type.Integer({ minimum: 3 }),
      rate: Type.Number({ exclusiveMinimum: 0 }),
      on: Type.Boolean(),
      list: Type.Array(Type.String()),
      kind: Type.Union([Type.Literal('a'), Type.Literal('b')]),
      inner: Type.Object({ deep: Type.Integer({ default: 7 }), left: Type.Optional(Type.String()) }),
    });
    const stage = {
      ...{ type: 'x', summary: '', outputs: {}, services: {}, options, create: () => () => ({}) },
      inputs: { things: { name: 'Thing', description: '' } },
    };
    expect(yamlSnippet('@acme/stage-x', stage, [])).toBe(
      'stage-x:\n  uses: "@acme/stage-x"\n  in:\n    things: stage.port\n  with:\n    file: ./path\n    name: text\n    count: 3\n    rate: 1\n' +
        '    on: false\n    list: []\n    kind: a\n    inner:\n      deep: 7\n',
    );
  });
});
