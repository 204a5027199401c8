import { stepsOf, type Assignment } from './assign.js';
import type { LocatedNode } from './located-node.js';
import { parseYaml } from './parse-yaml.js';
import { problem, type Report } from './problem.js';
import { SourceText } from './source-text.js';

const HINT = 'write --set path.to.key=value';

/**
 * What `a.b=value` arguments assign, in their order. The value is YAML (`3`, `[1, 2]`, `text`). The path must lead to
 * something that is there, or to an option, an input or a service.
 */
export function readOverrides(overrides: readonly string[], cwd: string, report: Report): readonly Assignment[] {
  return overrides.flatMap((text) => readOverride(text, cwd, report) ?? []);
}

function readOverride(text: string, cwd: string, report: Report): Assignment | undefined {
  const equals = text.indexOf('=');
  const source = new SourceText('--set', cwd, text);
  if (equals <= 0) {
    const place = { source, start: 0, end: text.length };
    report(problem('bad-override', place, { reason: `"${text}" sets nothing` }, { hint: HINT }));
    return undefined;
  }
  const steps = stepsOf(text.slice(0, equals), (start, end) => ({ source, start, end }), HINT, report);
  const value = steps && parseAssigned('--set', text, equals + 1, cwd, report);
  return steps && value && { steps, value };
}

/** The YAML behind `name=`. It stands behind blanks, so that positions are those of the whole text. */
export function parseAssigned(
  name: string,
  text: string,
  start: number,
  cwd: string,
  report: Report,
): LocatedNode | undefined {
  const value = text.slice(start);
  const source = new SourceText(name, cwd, `${' '.repeat(start)}${value}`, text);
  if (value.trim() === '') return { kind: 'scalar', value: null, place: { source, start, end: text.length } };
  return parseYaml(source, report);
}
