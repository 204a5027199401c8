import { describe, expect, it } from 'vitest';
import { describeOptions } from './describe-options.js';

describe('the description of options', () => {
  it('names type, bounds, default and meaning of each', () => {
    const rows = describeOptions({
      type: 'object',
      required: ['root', 'epochs'],
      properties: {
        root: { type: 'string', format: 'path', description: 'Folder.' },
        epochs: { type: 'integer', minimum: 1, default: 100 },
        lr: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 },
        names: { type: 'array', items: { type: 'string' }, default: [] },
        loss: { enum: ['sam', 'otx'], default: 'sam' },
        size: { anyOf: [{ const: 'auto' }, { type: 'integer', maximum: 2048 }] },
        optimizer: { type: 'object', default: {}, properties: { name: { enum: ['adam'], default: 'adam' } } },
      },
    });
    expect(rows.map(({ name, type, default: value }) => [name, type, value])).toEqual([
      ['root', 'path', 'required'],
      ['epochs', 'integer >= 1', '100'],
      ['lr', 'number > 0 < 1', 'none'],
      ['names', 'list of string', '[]'],
      ['loss', 'sam | otx', 'sam'],
      ['size', 'auto | integer <= 2048', 'none'],
      ['optimizer', 'object', ''],
      ['optimizer.name', 'adam', 'adam'],
    ]);
    expect(rows[0]!.description).toBe('Folder.');
  });
});
