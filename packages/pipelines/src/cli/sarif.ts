import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { problemCodes, problemHelp, type Diagnostic, type RelatedPlace } from '@sluice/core';

/** Problems as SARIF 2.1.0, which code hosts and editors show beside the lines. Files below `root` are named relative to it. */
export function sarifLog(diagnostics: readonly Diagnostic[], root: string, version: string): object {
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'sluice', version, rules: problemCodes.map(rule) } },
        originalUriBaseIds: { '%SRCROOT%': { uri: `${pathToFileURL(root).href}/` } },
        columnKind: 'utf16CodeUnits',
        results: diagnostics.map((diagnostic) => result(diagnostic, root)),
      },
    ],
  };
}

function rule(code: (typeof problemCodes)[number]): object {
  const [comesWhen, whatToDo] = problemHelp[code];
  return {
    id: code,
    shortDescription: { text: comesWhen },
    help: { text: `Comes when: ${comesWhen}. What to do: ${whatToDo}.` },
    defaultConfiguration: { level: 'error' },
  };
}

function result(diagnostic: Diagnostic, root: string): object {
  const { code, severity, message, hint, file, line, column, endColumn, source, related } = diagnostic;
  return {
    ruleId: code,
    ruleIndex: (problemCodes as readonly string[]).indexOf(code),
    level: severity,
    message: { text: hint === undefined ? message : `${message}; ${hint}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: artifact(file, root),
          region: { startLine: line, startColumn: column, endColumn, snippet: { text: source } },
        },
      },
    ],
    ...(related !== undefined && { relatedLocations: related.map((place) => relatedLocation(place, root)) }),
  };
}

const relatedLocation = ({ message, file, line, column }: RelatedPlace, root: string): object => ({
  message: { text: message },
  physicalLocation: { artifactLocation: artifact(file, root), region: { startLine: line, startColumn: column } },
});

/** A path below the root relative to it; another one as a URL of its own. */
function artifact(file: string, root: string): object {
  const relative = path.relative(root, path.resolve(root, file));
  if (relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative)) {
    return { uri: pathToFileURL(path.resolve(root, file)).href };
  }
  return { uri: relative.split(path.sep).map(encodeURIComponent).join('/'), uriBaseId: '%SRCROOT%' };
}
