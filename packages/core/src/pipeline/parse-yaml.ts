import { Composer, CST, Lexer, Parser, type YAMLError } from 'yaml';
import { convertDocument } from './convert-document.js';
import type { Diagnostic } from './diagnostic.js';
import type { LocatedNode } from './located-node.js';
import { problem, type Report } from './problem.js';
import type { Place, SourceText } from './source-text.js';

const MAX_DEPTH = 64;
const MAX_KEYS = 10_000;
const MAX_LEXEMES = 200_000;
const CORE_TAGS = new Set(['!', ...['str', 'int', 'float', 'bool', 'null', 'seq', 'map'].map((name) => `!!${name}`)]);

/**
 * YAML 1.2 (core schema) with positions. The library's lexer and CST parser keep their own stacks and run in linear time, but its
 * composer recurses and can take the process down; so depth and size are counted on the CST, and the composer only ever sees what passed.
 */
export function parseYaml(source: SourceText, report: Report): LocatedNode | undefined {
  const tokens = scan(source, report);
  if (tokens === undefined) return undefined;
  const composer = new Composer({ version: '1.2', schema: 'core', merge: false, uniqueKeys: false, strict: true });
  const documents = [...composer.compose(tokens, true, source.text.length)];
  const faults = documents.flatMap(({ errors, warnings }) => [...errors, ...warnings]);
  reportFaults(faults, source, report);
  const [document, second] = documents;
  if (second !== undefined) {
    const start = Math.max(0, source.text.lastIndexOf('---', second.range[0]));
    report(problem('multiple-documents', { source, start, end: start + 3 }, undefined));
  }
  if (document === undefined || second !== undefined || faults.length > 0) return undefined;
  return convertDocument(document, source, report);
}

/** The CST's tokens, or nothing where the text is too deep or too large. */
function scan(source: SourceText, report: Report): readonly CST.Token[] | undefined {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  let lexemes = 0;
  let keys = 0;
  let inScalar = false;
  let sound = true;
  const at = (start: number, length = 1): Place => ({ source, start, end: start + length });
  for (const lexeme of new Lexer().lex(source.text)) {
    const start = parser.offset;
    // A scalar is announced by a lexeme of its own; the next one is its text, whatever that looks like.
    const type: CST.TokenType | null = inScalar ? null : CST.tokenType(lexeme);
    inScalar = type === 'scalar';
    tokens.push(...parser.next(lexeme));
    if (++lexemes > MAX_LEXEMES) {
      report(problem('too-large', at(start), { limit: MAX_LEXEMES }));
      return undefined;
    }
    if (type === 'map-value-ind' && ++keys > MAX_KEYS) {
      report(problem('too-many-keys', at(start), { limit: MAX_KEYS }));
      return undefined;
    }
    // The stack holds the document, what is open in it, and perhaps a scalar.
    if (parser.stack.length > MAX_DEPTH + 1 && isCollection(parser.stack.at(MAX_DEPTH + 1))) {
      report(problem('too-deep', at(start), { limit: MAX_DEPTH }));
      return undefined;
    }
    if (type === 'directive-line') {
      report(problem('yaml-directive', at(start, lexeme.length), undefined));
      sound = false;
    } else if (type === 'tag' && !CORE_TAGS.has(lexeme)) {
      const hint = 'write the value without a tag';
      report(problem('unknown-tag', at(start, lexeme.length), { tag: lexeme }, { hint }));
      sound = false;
    }
  }
  tokens.push(...parser.end());
  return sound ? tokens : undefined;
}

function isCollection(token: CST.Token | undefined): boolean {
  return token?.type === 'flow-collection' || token?.type === 'block-map' || token?.type === 'block-seq';
}

/** The first fault of each line: what follows on the same line is mostly its echo. */
function reportFaults(faults: readonly YAMLError[], source: SourceText, report: Report): void {
  const lines = new Set<number>();
  for (const fault of faults) {
    const start = Math.min(fault.pos[0], source.text.length);
    const { line } = source.position(start);
    if (lines.has(line) || fault.code === 'MULTIPLE_DOCS') continue;
    lines.add(line);
    const place: Place = { source, start, end: Math.max(start + 1, fault.pos[1]) };
    report(toProblem(fault, place));
  }
}

function toProblem(fault: YAMLError, place: Place): Diagnostic {
  const text = place.source.text.slice(place.start, place.end);
  switch (fault.code) {
    case 'BAD_ALIAS':
      return problem('unknown-alias', place, { alias: text.replace(/^\*/, '') });
    case 'TAB_AS_INDENT':
      return problem('yaml-syntax', place, { reason: 'a tab cannot indent' }, { hint: 'indent with spaces' });
    default:
      return problem('yaml-syntax', place, { reason: fault.message.charAt(0).toLowerCase() + fault.message.slice(1) });
  }
}
