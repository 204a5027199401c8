import type { Diagnostic } from './diagnostic.js';
import type { Place } from './source-text.js';

/** Every problem that a pipeline file can have: code and message. `docs/errors.md` has a line for each. */
const messages = {
  // The file and its YAML
  'file-not-found': (d: { path: string }) => `there is no file ${d.path}`,
  'file-unreadable': (d: { path: string; reason: string }) => `cannot read ${d.path}: ${d.reason}`,
  'file-too-large': (d: { bytes: number; limit: number }) =>
    `the file has ${String(d.bytes)} bytes; a pipeline file may have ${String(d.limit)}`,
  'not-utf8': (d: { byte: string }) => `the file is not UTF-8: byte ${d.byte} cannot stand here`,
  'bad-character': (d: { name: string }) => `${d.name} is not allowed in a pipeline file`,
  'empty-file': () => 'the file is empty',
  'too-deep': (d: { limit: number }) => `nested more than ${String(d.limit)} levels deep`,
  'too-many-keys': (d: { limit: number }) => `more than ${String(d.limit)} keys`,
  'too-large': (d: { limit: number }) => `more than ${String(d.limit)} words and signs`,
  'alias-bomb': (d: { limit: number }) => `aliases expand to more than ${String(d.limit)} values`,
  'yaml-syntax': (d: { reason: string }) => d.reason,
  'multiple-documents': () => 'a pipeline file holds one document; a second starts here',
  'yaml-directive': () => 'YAML directives are not supported',
  'unknown-tag': (d: { tag: string }) => `tag ${d.tag} is not supported`,
  'unknown-alias': (d: { alias: string }) => `there is no anchor "${d.alias}" above`,
  'alias-cycle': (d: { alias: string }) => `"${d.alias}" contains itself`,
  'bad-key': (d: { found: string }) => `a key must be text, not ${d.found}`,
  'forbidden-key': (d: { key: string }) => `the key "${d.key}" is not allowed`,
  'merge-key': () => 'the merge key "<<" is not supported',
  'duplicate-key': (d: { key: string }) => `"${d.key}" stands here a second time`,
  'unsafe-number': (d: { text: string }) => `${d.text} cannot be held exactly as a number`,
  // Other files, profiles and sweeps
  'bad-extends': (d: { reason: string }) => d.reason,
  'extends-cycle': (d: { files: readonly string[] }) => `files extend each other: ${d.files.join(' -> ')}`,
  'unknown-profile': (d: { name: string }) => `there is no profile "${d.name}"`,
  'bad-matrix': (d: { reason: string }) => d.reason,
  'too-many-points': (d: { count: number; limit: number }) =>
    `the matrix has ${String(d.count)} points; this pipeline may have ${String(d.limit)}`,
  'several-points': (d: { count: number }) =>
    `the matrix has ${String(d.count)} points, and one pipeline is needed here`,
  // Overrides and interpolation
  'bad-override': (d: { reason: string }) => d.reason,
  'unknown-override': (d: { path: string; key: string }) => `cannot set ${d.path}: there is no "${d.key}"`,
  'bad-interpolation': (d: { text: string }) => `\${${d.text}} is not a reference`,
  'unknown-variable': (d: { name: string }) => `there is no variable "${d.name}"`,
  'variable-cycle': (d: { names: readonly string[] }) => `variables refer to themselves: ${d.names.join(' -> ')}`,
  'variable-not-text': (d: { name: string; found: string }) =>
    `variable "${d.name}" is ${d.found} and cannot stand inside text`,
  'variable-bomb': (d: { limit: number }) => `variables expand to more than ${String(d.limit)} characters`,
  // Structure
  'unknown-key': (d: { key: string; where: string }) => `unknown key "${d.key}" ${d.where}`,
  'missing-key': (d: { key: string; where: string }) => `"${d.key}" is missing ${d.where}`,
  'wrong-type': (d: { message: string }) => d.message,
  'wrong-value': (d: { message: string }) => d.message,
  'bad-name': (d: { what: string; name: string }) => `"${d.name}" cannot be ${d.what}`,
  'unsupported-version': (d: { found: string }) => `language version ${d.found} is not known`,
  // Stages and services
  'unknown-stage-type': (d: { uses: string }) => `there is no stage type "${d.uses}"`,
  'relative-stage': (d: { uses: string }) => `"${d.uses}" is a path; a stage is named by its short name or npm package`,
  'stage-not-allowed': (d: { uses: string }) => `the stage package "${d.uses}" is not allowed here`,
  'stage-not-installed': (d: { uses: string }) => `the stage package "${d.uses}" is not installed`,
  'bad-stage-package': (d: { uses: string; reason: string }) => `"${d.uses}" is no stage package: ${d.reason}`,
  'unknown-service': (d: { name: string }) => `there is no service "${d.name}"`,
  'unknown-service-choice': (d: { name: string; choice: string }) => `service "${d.name}" has no choice "${d.choice}"`,
  'relative-service': (d: { uses: string }) =>
    `"${d.uses}" is a path; a service is named by its short name or npm package`,
  'service-not-allowed': (d: { uses: string }) => `the service package "${d.uses}" is not allowed here`,
  'service-not-installed': (d: { uses: string }) => `the service package "${d.uses}" is not installed`,
  'bad-service-package': (d: { uses: string; reason: string }) => `"${d.uses}" is no service package: ${d.reason}`,
  'wrong-service': (d: { uses: string; provides: string; name: string }) =>
    `"${d.uses}" provides "${d.provides}" and cannot be the "${d.name}"`,
  'no-service-options': (d: { name: string; choice: string }) => `"${d.choice}" of service "${d.name}" has no options`,
  'unknown-option': (d: { option: string; owner: string }) => `${d.owner} has no option "${d.option}"`,
  'missing-option': (d: { option: string; owner: string }) => `${d.owner} needs the option "${d.option}"`,
  'not-here': (d: { message: string }) => d.message,
  'not-item-wise': (d: { keys: readonly string[]; stage: string; type: string }) =>
    `stage "${d.stage}" (${d.type}) sees its streams whole and not item by item: it cannot have ${d.keys.map((key) => `"${key}"`).join(', ')}`,
  // Edges
  'bad-edge': (d: { text: string }) => `"${d.text}" is no edge`,
  'unknown-stage': (d: { stage: string }) => `there is no stage "${d.stage}"`,
  'unknown-input': (d: { port: string; stage: string }) => `stage "${d.stage}" has no input "${d.port}"`,
  'unknown-output': (d: { port: string; stage: string }) => `stage "${d.stage}" has no output "${d.port}"`,
  'ambiguous-output': (d: { stage: string }) => `stage "${d.stage}" has several outputs: name one`,
  'duplicate-edge': (d: { edge: string; port: string }) => `"${d.edge}" is connected to "${d.port}" twice`,
  'contract-mismatch': (d: { to: string; takes: string; from: string; gives: string }) =>
    `"${d.to}" takes ${d.takes}, but "${d.from}" gives ${d.gives}`,
  'missing-input': (d: { port: string; stage: string; contract: string }) =>
    `stage "${d.stage}" needs its input "${d.port}" (${d.contract}) connected`,
  cycle: (d: { path: readonly string[] }) => `stages wait for each other: ${shortened(d.path).join(' -> ')}`,
} as const;

export type ProblemCode = keyof typeof messages;
export const problemCodes = Object.keys(messages) as readonly ProblemCode[];

interface Extra {
  readonly hint?: string | undefined;
  readonly related?: readonly { readonly message: string; readonly place: Place }[];
}

export type Report = (diagnostic: Diagnostic) => void;

export function problem<K extends ProblemCode>(
  code: K,
  place: Place,
  details: Parameters<(typeof messages)[K]>[0],
  extra: Extra = {},
): Diagnostic {
  const { line, column } = place.source.position(place.start);
  const source = place.source.line(line);
  const message = (messages[code] as (details: unknown) => string)(details);
  return {
    code,
    severity: 'error',
    message,
    file: place.source.name,
    line,
    column,
    endColumn: Math.max(column + 1, Math.min(column + place.end - place.start, source.length + 1)),
    source,
    ...(extra.hint === undefined ? {} : { hint: extra.hint }),
    ...(extra.related === undefined
      ? {}
      : {
          related: extra.related.map(({ message: text, place: other }) => ({
            message: text,
            file: other.source.name,
            ...other.source.position(other.start),
          })),
        }),
  };
}

function shortened(path: readonly string[]): readonly string[] {
  if (path.length <= 20) return path;
  return [...path.slice(0, 9), `... (${String(path.length - 18)} more)`, ...path.slice(-9)];
}
