import { readdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filesBelow, root } from './lib/workspace.mjs';
import { writeDemoDataset } from '../packages/data/dist/index.js';
import { main } from '../packages/pipelines/dist/cli/main.js';
import { tinyProject } from '../packages/pipelines/dist/testing/tiny-project.js';

/** Commands that the pages show and that take long or need a user's data; each is exercised by the test named. */
const elsewhere = {
  ...Object.fromEntries(
    ['coco', 'common-semantic-segmentation', 'datumaro', 'voc-instance', 'voc-semantic'].map((format) => [
      `run examples/${format}/pipeline.yaml --set vars.data=/path/to/dataset`,
      'packages/pipelines/src/format-examples.test.ts',
    ]),
  ),
  ...Object.fromEntries(
    [
      ...['train', 'test', 'export', 'optimize'].map(
        (command) => `${command} --config sam-tiny-vit --data-root ./photos`,
      ),
      ...['train', 'test', 'predict', 'optimize'].map(
        (command) => `${command} --config sam-tiny-vit --checkpoint latest --data-root ./photos`,
      ),
      'export --config sam-tiny-vit --checkpoint latest',
      ...[
        '--image a.jpg --box 40,60,240,180 --point 120,90',
        "--image a.jpg --point '120,90 200,40,0'",
        '--prompts prompts.json',
      ].map((asked) => `predict --config sam-tiny-vit --checkpoint latest ${asked}`),
    ].map((command) => [command, 'packages/pipelines/src/recipes/recipe-runs.test.ts']),
  ),
  ...Object.fromEntries(
    [
      'pull sam-vit-b',
      'pull sam-vit-b --mirror https://models.example/sam',
      'pull sam-vit-b --from ./sam_vit_b_01ec64.pth',
    ].map((command) => [`models ${command}`, 'packages/models/src/zoo/pull/pull-file.test.ts']),
  ),
  doctor: 'packages/pipelines/src/doctor/doctor.test.ts',
};

/** Pages whose commands are run among files of their own, by the test named. */
const pagesElsewhere = { 'docs/pipeline-file.md': 'scripts/pipeline-file.test.mjs' };

const pages = [
  'README.md',
  ...readdirSync(path.join(root, 'docs')).map((name) => `docs/${name}`),
  ...['packages', 'examples', 'bench'].flatMap((folder) =>
    filesBelow(path.join(root, folder)).map((file) => path.relative(root, file).replaceAll(path.sep, '/')),
  ),
].filter((file) => file.endsWith('.md'));

/** Command lines of `sluice` in the `sh` blocks of a page, without comments. */
const commandsIn = (page) =>
  [...readFileSync(path.join(root, page), 'utf8').matchAll(/^```sh\n([\s\S]*?)^```$/gm)]
    .flatMap(([, block]) => block.replaceAll('\\\n', ' ').split('\n'))
    .map((line) => /^(?:npm run -s sluice --|sluice) (.*?)\s*(?:#.*)?$/.exec(line)?.[1])
    .filter((line) => line !== undefined);

const shown = pages
  .filter((page) => !(page in pagesElsewhere))
  .flatMap((page) => commandsIn(page).map((line) => ({ page, line })));
const lines = [...new Set(shown.map(({ line }) => line))];
const pageOf = (line) => shown.find((each) => each.line === line).page;

const words = (line) =>
  [...line.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) => word.replaceAll(/['"]/g, ''));

const before = process.cwd();
let project;

/** A folder like a user's: a pipeline file, one run of a demo, and the repository's examples. */
beforeAll(async () => {
  project = tinyProject();
  process.chdir(project.folder);
  const stages = `vars: { epochs: 3 }
stages:
  train: { uses: tiny-numbers, with: { count: '\${vars.epochs}' } }
  encode: { uses: tiny-numbers, with: { count: 2 } }
tests: [{ stage: encode, given: {}, expect: { numbers: [1, 2] } }]
`;
  for (const name of ['demo', 'pipeline']) project.write(`${name}.yaml`, `sluice: 1\nname: ${name}\n${stages}`);
  const matrix = 'matrix: { vars.epochs: [1, 2] }\nprofiles: { quick: { seed: 1 } }\n';
  project.write('sweep.yaml', `extends: ./pipeline.yaml\n${matrix}`);
  const size = { seed: 1, train: 1, val: 1, test: 1, width: 64, height: 48 };
  await writeDemoDataset('photos', size);
  symlinkSync(path.join(root, 'examples'), 'examples', 'junction');
  await run('run', 'demo.yaml', '--quiet');
});
afterAll(() => {
  process.chdir(before);
  project.remove();
});

async function run(...argv) {
  let out = '';
  let err = '';
  const code = await main(argv, { out: (text) => (out += text), err: (text) => (err += text), screen: undefined });
  return { code, out, err };
}

describe('the commands that the pages show', () => {
  it('are found', () => {
    expect(lines.length).toBeGreaterThan(10);
    expect(pages).toEqual(expect.arrayContaining(['README.md', 'docs/errors.md', 'packages/stages/encode/README.md']));
  });

  it.each(lines.filter((line) => !(line in elsewhere)))('`sluice %s` works', async (line) => {
    const { code, out, err } = await run(...words(line));
    expect({ code, page: pageOf(line), err: code === 0 ? '' : err }).toEqual({ code: 0, page: pageOf(line), err: '' });
    expect(out + err).not.toBe('');
  });

  it.each(Object.entries(elsewhere))('`sluice %s` is still shown, and %s exercises it', (line, test) => {
    expect(lines).toContain(line);
    expect(readFileSync(path.join(root, test), 'utf8')).toContain('expect(');
  });
});
