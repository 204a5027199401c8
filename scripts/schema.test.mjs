import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { filesBelow, root } from './lib/workspace.mjs';

const program = path.join(root, 'packages/pipelines/bin/sluice.js');
const relative = (file) => path.relative(root, file).replaceAll(path.sep, '/');

const pipelines = filesBelow(path.join(root, 'examples'))
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => ({ file, name: relative(file), text: readFileSync(file, 'utf8') }))
  .filter(({ text }) => /^sluice:/m.test(text))
  .map((pipeline) => ({ ...pipeline, schema: schemaFile(pipeline) }));
const schemas = [...new Set(pipelines.flatMap(({ schema }) => schema ?? []))].map((file) => ({
  file,
  name: relative(file),
}));

/** The schema that a pipeline's first line names. */
function schemaFile({ file, text }) {
  const [, link] = /^# yaml-language-server: \$schema=(\S+)\r?\n/.exec(text) ?? [];
  return link === undefined ? undefined : path.resolve(path.dirname(file), link);
}

const validator = (schema) => {
  const ajv = new Ajv({ strict: false });
  ajv.addFormat('path', true);
  return ajv.compile(schema);
};
const readSchema = (file) => JSON.parse(readFileSync(file, 'utf8'));

/** Every `pattern` of a schema, and those of property names. */
const patternsOf = (schema) =>
  Object.entries(schema ?? {}).flatMap(([key, value]) => {
    if (key === 'pattern' && typeof value === 'string') return [value];
    const names = key === 'patternProperties' ? Object.keys(value) : [];
    return typeof value === 'object' ? [...names, ...patternsOf(value)] : names;
  });

describe('the schema that an example names', () => {
  it.each(pipelines)('is given by a comment on its first line and is there: $name', ({ schema }) => {
    expect(schema, 'start the file with `# yaml-language-server: $schema=../sluice.schema.json`').toBeDefined();
    expect(existsSync(schema), `${schema} is not there: \`sluice schema --output\` writes it`).toBe(true);
  });

  it.each(pipelines)('takes the example as it is: $name', ({ text, schema }) => {
    const validate = validator(readSchema(schema));
    validate(parse(text));
    expect(validate.errors ?? []).toEqual([]);
  });

  it.each(pipelines)('refuses a key, an option and a port that nothing knows: $name', ({ text, schema }) => {
    const validate = validator(readSchema(schema));
    const sound = parse(text);
    const [id] = Object.keys(sound.stages);
    const withStage = (more) => ({ ...sound, stages: { ...sound.stages, [id]: { ...sound.stages[id], ...more } } });
    expect(validate({ ...sound, unheard: 1 })).toBe(false);
    expect(validate(withStage({ unheard: 1 }))).toBe(false);
    expect(validate(withStage({ with: { ...sound.stages[id].with, unheard: 1 } }))).toBe(false);
    expect(validate(withStage({ in: { unheard: 'a.b' } }))).toBe(false);
    expect(validate(withStage({ uses: 'unheard' }))).toBe(false);
  });

  it.each(schemas)('is what the installed stages give today: $name', async ({ file, name }) => {
    const args = [program, 'schema'];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: path.dirname(file) });
    expect(
      readSchema(file),
      `renew it from the root of the repository: npm run -s sluice -- schema --output ${name}`,
    ).toEqual(JSON.parse(stdout));
  });
});

describe('R7: the patterns of schemas', () => {
  const patterns = [...new Set(schemas.flatMap(({ file }) => patternsOf(readSchema(file))))];
  const long = (part, end = '') => part.repeat(Math.ceil(100_000 / part.length)) + end;
  const texts = ['a', '-', '_', '.', ' ', '$', '${', '${a', '{', '}', '${}', 'a.', 'aA0_', '\u00e9', '\n'].flatMap(
    (part) => [long(part), long(part, '!'), `\${${long(part)}`, `a${long(part)}\u0000`],
  );

  it('are there: of names, of an option, and of variables', () => {
    expect(patterns.length).toBeGreaterThanOrEqual(5);
  });

  it.each(patterns)('take no time on 100 KB of anything: %s', (pattern) => {
    const expression = new RegExp(pattern, 'u');
    for (const text of texts) {
      const start = process.cpuUsage();
      expression.test(text);
      const { user } = process.cpuUsage(start);
      expect(user / 1000).toBeLessThan(1000);
    }
  });
});

describe('R7: a regular expression', () => {
  const sources = filesBelow(path.join(root, 'packages')).filter((file) => /(?<!\.test)\.ts$/.test(file));

  it('is never made of what a user has written', () => {
    const made = sources.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/(?:new )?RegExp\(([^)]*)\)/g)].map(
        ([, from]) => `${relative(file)}: ${from}`,
      ),
    );
    expect(made.filter((line) => !/: [A-Z_]+$/.test(line))).toEqual([]);
  });
});
