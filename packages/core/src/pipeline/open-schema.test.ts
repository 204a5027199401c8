import { Type } from '@sinclair/typebox';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { choice, path } from '../stage/option-types.js';
import { openSchema } from './open-schema.js';

const schema = Type.Object({
  root: path(),
  epochs: Type.Integer({ default: 3, minimum: 1, description: 'Passes.' }),
  mode: Type.Optional(choice(['sam', 'otx'])),
  folder: Type.String({ pattern: '^[a-z]+$', default: 'models' }),
  size: Type.Optional(Type.Union([Type.Literal('auto'), Type.Integer()])),
  optimizer: Type.Object({ lr: Type.Number({ default: 0.1 }), name: Type.String() }, { default: {} }),
  files: Type.Optional(Type.Array(Type.Integer())),
  named: Type.Optional(Type.Record(Type.String(), Type.Boolean())),
  retry: Type.Optional(
    Type.Unsafe<unknown>({
      if: { type: 'object' },
      then: Type.Object({ attempts: Type.Integer() }),
      else: { type: 'integer' },
    }),
  ),
});

const ajv = new Ajv({ strict: false, allErrors: true });
ajv.addFormat('path', true);
const validate = ajv.compile(JSON.parse(JSON.stringify(openSchema(schema))) as object);
const problems = (options: object): readonly string[] => {
  validate({ root: 'x', ...options });
  return (validate.errors ?? []).map(({ instancePath, keyword }) => `${instancePath} ${keyword}`);
};

describe('a schema for an editor', () => {
  it.each([
    { epochs: '${vars.n}' },
    { mode: '${vars.mode}' },
    { folder: 'a-${vars.b}' },
    { size: '${vars.size}' },
    { optimizer: '${vars.optimizer}' },
    { optimizer: { name: 'x', lr: '${vars.lr}' } },
    { files: '${vars.files}' },
    { files: [1, '${vars.file}'] },
    { named: { a: '${vars.a}', b: true } },
    { retry: '${vars.retry}' },
    { retry: { attempts: '${vars.n}' } },
  ])('takes a variable for any value: %j', (options) => {
    expect(problems(options)).toEqual([]);
  });

  it.each([
    [{ epochs: 0 }, ['/epochs minimum']],
    [{ epochs: 'three' }, ['/epochs pattern']],
    [{ epochs: 'x${vars.n}' }, ['/epochs pattern']],
    [{ epochs: true }, ['/epochs type']],
    [{ optimizer: { name: 'x', lr: 'fast' } }, ['/optimizer/lr pattern']],
    [{ files: [1, 'two'] }, ['/files/1 pattern']],
    [{ named: { a: 1 } }, ['/named/a type']],
    [{ retry: { attempts: 'two' } }, ['/retry/attempts pattern', '/retry if']],
  ])('says of %j: %j', (options, expected) => {
    expect(problems(options)).toEqual(expected);
  });

  it('needs no option with a default, and refuses unknown ones at every depth', () => {
    expect(problems({ root: undefined })).toEqual([' required']);
    expect(problems({ optimizer: {} })).toEqual(['/optimizer required']);
    expect(problems({ unheard: 1 })).toEqual([' additionalProperties']);
    expect(problems({ optimizer: { name: 'x', unheard: 1 } })).toEqual(['/optimizer additionalProperties']);
  });

  it('keeps descriptions and defaults where editors look for them', () => {
    const { properties } = openSchema(schema) as { properties: Readonly<Record<string, object>> };
    expect(properties['epochs']).toMatchObject({ description: 'Passes.', default: 3 });
    expect(properties['folder']).toMatchObject({ default: 'models' });
  });
});
