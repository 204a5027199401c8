import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { filesBelow, readJson, root } from './lib/workspace.mjs';

const read = (file) => readFileSync(path.join(root, file), 'utf8');
const foldersIn = (parent) => readdirSync(path.join(root, parent)).map((name) => `${parent}/${name}`);
const page = (folder) => `${folder}/README.md`;
const exists = (file) => existsSync(path.join(root, file));

const stagePages = foldersIn('packages/stages').map(page);
const pages = [
  'README.md',
  'docs/errors.md',
  'docs/pipeline-file.md',
  'docs/stage-contract.md',
  ...stagePages,
  ...[...foldersIn('examples'), ...foldersIn('packages'), 'bench'].map(page).filter(exists),
];

/** Text of each fenced block of a language. */
const blocks = (text, language) =>
  [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)]
    .filter(([, found]) => found === language)
    .map(([, , body]) => body);

/** Runs the `sluice` command in the root; gives its exit code and stdout. */
async function sluice(...args) {
  const program = path.join(root, 'packages/pipelines/bin/sluice.js');
  return promisify(execFile)(process.execPath, [program, ...args], { cwd: root }).then(
    ({ stdout }) => ({ code: 0, stdout }),
    ({ code, stdout }) => ({ code, stdout }),
  );
}

describe('the pages', () => {
  it.each(pages)('%s links only to what is there', (file) => {
    const links = [...read(file).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link);
    const relative = links.filter((link) => !/^[a-z]+:/.test(link)).map((link) => link.split('#')[0]);
    expect(relative.filter((link) => !exists(path.join(path.dirname(file), link)))).toEqual([]);
  });

  it.each(pages)('%s names only npm scripts that there are', (file) => {
    const named = [...read(file).matchAll(/npm (?:run (?:-s )?([\w:-]+)|(test))/g)].map(([, run, test]) => run ?? test);
    expect(named.filter((name) => !(name in readJson('package.json').scripts))).toEqual([]);
  });

  it.each(pages)('%s names only examples and benchmarks that there are', (file) => {
    const named = [...read(file).matchAll(/npm run -s (example|bench) -- ([a-z][\w-]*)/g)];
    const programs = {
      example: (name) => [`examples/${name}/run.mjs`, `examples/${name}/pipeline.yaml`],
      bench: (name) => [`bench/${name}.mjs`],
    };
    expect(named.filter(([, script, name]) => !programs[script](name).some(exists)).map(([line]) => line)).toEqual([]);
  });
});

describe('docs/reliability.md', () => {
  it('names only tests that there are', () => {
    const tests = ['packages', 'scripts'].flatMap((folder) => filesBelow(path.join(root, folder)));
    const named = [...read('docs/reliability.md').matchAll(/`([\w./-]+\.test\.m?[jt]s)`/g)].map(([, name]) => name);
    expect(named.length).toBeGreaterThan(25);
    expect(named.filter((name) => !tests.some((file) => file.endsWith(path.sep + path.normalize(name))))).toEqual([]);
  });
});

describe('README.md', () => {
  it("shows the demo's pipeline as it is", () => {
    expect(blocks(read('README.md'), 'yaml')).toEqual([read('examples/demo/pipeline.yaml')]);
  });

  it('names options of `run` that the command takes', async () => {
    const { stdout } = await sluice('run', '--help');
    for (const option of read('README.md').match(/(?<=`)--[a-z-]+(?=[ `])/g)) {
      if (option !== '--help') expect(stdout).toContain(option);
    }
  });
});

const { bundledStages } = await import(new URL('../packages/pipelines/dist/index.js', import.meta.url));
const stages = await Promise.all(
  Object.entries(bundledStages).map(async ([name, { load }]) => ({ name, definition: await load() })),
);

/** Cells of each row of the tables below a heading row that starts so. */
function tableRows(text, heading) {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${heading} |`)) + 2;
  const end = lines.findIndex((line, index) => index >= start && !line.startsWith('|'));
  return lines.slice(start, end).map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const codes = (text) => [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code);
const contractOf = (port) => (port.contract ?? port).name;

/** Every option of a schema by its dotted name; options within options follow the one that they belong to. */
const optionsOf = (schema, prefix = '') =>
  Object.entries(schema.properties ?? {}).flatMap(([key, option]) => [
    { name: prefix + key, option, required: schema.required?.includes(key) ?? false },
    ...optionsOf(option, `${prefix}${key}.`),
  ]);

describe('the table of stages in README.md', () => {
  const rows = tableRows(read('README.md'), 'stage');

  it('has those that `sluice stages` lists, in that order', async () => {
    const { stdout } = await sluice('stages', '--json');
    expect(rows.map(([name]) => codes(name)[0])).toEqual(JSON.parse(stdout).map(({ name }) => name));
  });

  it.each(stages)('has the ports of $name and only options that it has', ({ name, definition }) => {
    const [, inputs, outputs, options] = rows.find(([cell]) => codes(cell)[0] === name);
    expect(codes(inputs)).toEqual(Object.keys(definition.inputs));
    expect(codes(outputs)).toEqual(Object.keys(definition.outputs));
    const known = optionsOf(definition.options).map((option) => option.name);
    for (const option of codes(options)) {
      const [key, values = ''] = option.split(': ');
      expect(known).toContain(key);
      if (values !== '') expect(values.split(' \\| ')).toEqual(definition.options.properties[key].enum);
    }
  });
});

describe.each(stages)('the page of $name', ({ name, definition }) => {
  const text = read(`packages/stages/${name}/README.md`);
  const rows = tableRows(text, 'option');

  it('has every option with its values and default, and no other', () => {
    const options = optionsOf(definition.options);
    expect(rows.map(([option]) => codes(option)[0])).toEqual(options.map((option) => option.name));
    for (const [index, { option, required }] of options.entries()) {
      const [, values, byDefault] = rows[index];
      if (option.enum) expect(codes(values)).toEqual(option.enum);
      if (option.properties) continue;
      if (option.default === undefined) expect(byDefault).toBe(required ? 'required' : 'none');
      else expect(codes(byDefault)).toEqual([option.default].flat().map(String));
    }
  });

  it('has every port with its contract', () => {
    for (const [port, declared] of Object.entries({ ...definition.inputs, ...definition.outputs })) {
      expect(text).toContain(`\`${port}\` (\`${contractOf(declared)}\``);
    }
  });

  it('shows how it stands in a pipeline file', () => {
    expect(blocks(text, 'yaml').join('')).toMatch(new RegExp(`uses: ${name}\\b`));
  });
});

describe('docs/stage-contract.md', () => {
  it('shows the custom stage as it is', () => {
    const [quoted] = blocks(read('docs/stage-contract.md'), 'ts');
    expect(read('examples/custom-stage/src/center-points.ts')).toContain(quoted);
  });
});
