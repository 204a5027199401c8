import { describe, expect, it } from 'vitest';
import { problem } from './problem.js';
import { renderDiagnostic } from './render-diagnostic.js';
import { SourceText } from './source-text.js';

const at = (text: string, start: number, end: number): Parameters<typeof problem>[1] => ({
  source: new SourceText('p.yaml', '/', text),
  start,
  end,
});

describe('a diagnostic', () => {
  it('shows the place, the line, a caret below it, related places and the hint', () => {
    const place = at('a: 1\nbb: cuont\n', 9, 14);
    const related = [{ message: 'there', place: at('a: 1\nbb: cuont\n', 0, 1) }];
    const text = renderDiagnostic(
      problem('unknown-stage-type', place, { uses: 'cuont' }, { hint: 'did you mean "count"?', related }),
    );
    expect(text).toBe(
      [
        'p.yaml:2:5 unknown-stage-type there is no stage type "cuont"',
        '  bb: cuont',
        '      ^^^^^',
        '  p.yaml:1:1 there',
        '  did you mean "count"?',
      ].join('\n'),
    );
  });

  it('keeps tabs before the caret', () => {
    expect(renderDiagnostic(problem('bad-edge', at('a:\tb', 3, 4), { text: 'b' })).split('\n')[2]).toBe('    \t^');
  });

  it('cuts a long line around the place', () => {
    const text = `a: "${'x'.repeat(500)}!${'y'.repeat(500)}"`;
    const [, line, caret] = renderDiagnostic(problem('bad-edge', at(text, 504, 505), { text: '' })).split('\n');
    expect(line!.length).toBeLessThanOrEqual(122);
    expect(line![caret!.indexOf('^')]).toBe('!');
  });

  it('shows at least one caret at the end of a line, and none below an empty one', () => {
    expect(renderDiagnostic(problem('bad-edge', at('abc', 3, 3), { text: '' })).split('\n')[2]).toBe('     ^');
    expect(renderDiagnostic(problem('empty-file', at('', 0, 0), undefined)).split('\n')).toHaveLength(1);
  });

  it('lets no control character through', () => {
    expect(renderDiagnostic(problem('bad-character', at('a\u001b[31mb', 1, 2), { name: 'x' }))).not.toContain('\u001b');
  });
});
