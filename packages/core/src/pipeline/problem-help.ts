import type { ProblemCode } from './problem.js';

/** When each problem comes and what to do about it, for readers that see only its code; `docs/errors.md` shows the same, and a test holds both equal. */
export const problemHelp: Readonly<Record<ProblemCode, readonly [comesWhen: string, whatToDo: string]>> = {
  'file-not-found': ['there is no file at the path', 'correct the path; it is relative to the working folder'],
  'file-unreadable': ['the operating system refuses to read it', 'check its permissions; name a file, not a folder'],
  'file-too-large': ['it has more than 1 MiB', 'move data out of it; a pipeline file only describes'],
  'not-utf8': ['its bytes are not UTF-8', 'save it as UTF-8'],
  'bad-character': ['a control character stands in it', 'delete the character'],
  'empty-file': ['it holds nothing but space and comments', 'start with `sluice: 1`'],
  'too-deep': ['it nests more than 64 levels', 'flatten it'],
  'too-many-keys': ['it has more than 10 000 keys', 'split it'],
  'too-large': ['it has more than 200 000 words and signs', 'split it'],
  'alias-bomb': ['its aliases expand to more than 50 000 values', 'write out less, or repeat less'],
  'yaml-syntax': ['it is not YAML', 'mend the place shown; indent with spaces, quote text with `: ` or `#` in it'],
  'multiple-documents': ['a second document starts with `---`', 'one file for each pipeline'],
  'yaml-directive': ['a line starts with `%`', 'delete the directive'],
  'unknown-tag': ['a tag such as `!!js/function`', 'delete the tag'],
  'unknown-alias': ['`*name` without `&name` above it', 'define the anchor first, or quote the text'],
  'alias-cycle': ['an anchor contains its own alias', 'break the circle'],
  'bad-key': ['a key is a list or a mapping', 'write a plain word'],
  'forbidden-key': ['a key such as `__proto__`', 'choose another name'],
  'merge-key': ['`<<`', 'write the keys out, or use `vars`'],
  'duplicate-key': ['a key stands twice in one mapping', 'keep one of them'],
  'unsafe-number': ['a number has more digits than can be held', 'write it in quotes to keep it as text'],
  'bad-extends': [
    "`extends` names something that is not read: a URL, a file that doesn't end in `.yaml` or `.yml`; or it goes more than 16 levels deep, or to more than 32 files",
    'name a pipeline file, relative to the one that names it',
  ],
  'extends-cycle': ['files extend each other in the circle shown', 'cut it'],
  'unknown-profile': ["`--profile` names none of the file's `profiles`", 'the hint lists them'],
  'bad-matrix': ['`matrix` is not `path: [value, value]`, or two of its paths set the same value', 'write it so'],
  'too-many-points': [
    'a sweep has more than 1 000 combinations, or so many of so large a file that checking them takes too long',
    'vary less at once',
  ],
  'several-points': [
    "one pipeline is needed and the file's `matrix` has several points",
    'give each path one value with `--set`, or use `sluice run`',
  ],
  'bad-override': [
    "`--set` is not `path=value`, its path (or that of a `SLUICE__...` variable, or of `matrix`) goes through a plain value, or the variable's name fits two keys",
    'write `--set path.to.key=value`',
  ],
  'unknown-override': [
    'the path of `--set`, of a `SLUICE__...` variable or of `matrix` leads to nothing in the file',
    'check the path; options, inputs and services may be new, other keys not',
  ],
  'bad-interpolation': [
    '`${...}` holds something else than a reference',
    'write `${vars.name}`; `$${` stands for a plain `${`',
  ],
  'unknown-variable': ['`${vars.name}` without `name` under `vars`', 'add it under `vars`, or correct the name'],
  'variable-cycle': ['variables refer to each other in a circle', 'give one of them a value'],
  'variable-not-text': [
    'a list or mapping inside a longer text',
    'let `${vars.name}` stand alone, then it keeps its type',
  ],
  'variable-bomb': ['variables expand to more than a million characters', 'nest them less'],
  'unknown-key': [
    "a key that the language doesn't have",
    'correct it; top level: `sluice`, `name`, `description`, `seed`, `vars`, `services`, `stages`, `tests`, `matrix`, `profiles`, `extends`; a stage: `uses`, `in`, `with`, `retry`, `timeout`, `on-item-error`, `concurrency`',
  ],
  'missing-key': ["`sluice`, `name`, `stages` or a stage's `uses` is missing", 'add it'],
  'wrong-type': ['a value has another type than its key or option takes', 'write the type that the message names'],
  'wrong-value': [
    'the type is right but the value is not allowed',
    'keep to the values or bounds that the message names',
  ],
  'bad-name': [
    "a pipeline's, stage's or variable's name has other characters than allowed",
    "letters, digits, `-`, `_` (and `.` in the pipeline's name), at most 64",
  ],
  'unsupported-version': ['`sluice:` is not a version that this release reads', 'write `sluice: 1`'],
  'unknown-stage-type': [
    '`uses:` is neither a bundled stage nor an installed package',
    '`sluice stages` lists the bundled ones',
  ],
  'relative-stage': ['`uses:` is a path', 'make the stage an npm package (a workspace package will do) and name that'],
  'stage-not-allowed': [
    'the package is not allowed for this pipeline',
    'add it to `"sluice": { "stages": [...] }` in the package.json that the hint names',
  ],
  'stage-not-installed': ['the package is allowed but not there', 'install it where the pipeline file lies'],
  'bad-stage-package': [
    "the package can't be imported, or exports no stage, or several",
    'export one `defineStage(...)`; see [stage-contract.md](stage-contract.md)',
  ],
  'unknown-service': ['a key under `services` that is no service', 'the hint lists them'],
  'unknown-service-choice': ['the service has no such choice', 'the hint lists them'],
  'relative-service': ['a service is a path', 'make it an npm package and name that'],
  'service-not-allowed': [
    "a service package that the nearest package.json doesn't list",
    'add it to `"sluice": { "services": [...] }` there',
  ],
  'service-not-installed': [
    "a listed service package that can't be found from the pipeline's folder",
    '`npm install` it',
  ],
  'bad-service-package': [
    "a package that doesn't export exactly one service",
    'see [the stage contract](stage-contract.md#services)',
  ],
  'wrong-service': ['a service package under the key of another service', 'move it to the key that the hint names'],
  'no-service-options': [
    'options of a bundled choice that has none',
    'delete them; `sluice services` lists what takes options',
  ],
  'unknown-option': ["a key under `with` that the stage doesn't have", '`sluice describe STAGE` lists its options'],
  'missing-option': ['an option without a default is missing', 'add it under `with`'],
  'not-here': [
    'an option names something that is not on this machine, a model for instance',
    'the hint says how to bring it: `sluice models pull NAME`',
  ],
  'not-item-wise': [
    '`retry`, `timeout`, `on-item-error` or `concurrency` on a stage that sees its streams whole',
    'delete it there; only a stage that works item by item can be told how to treat one',
  ],
  'bad-edge': ['an edge is not `stage.port` or `stage`', 'write it so'],
  'unknown-stage': ["an edge names a stage that the file doesn't have", 'correct the name'],
  'unknown-input': ['a key under `in` that is no input of the stage', '`sluice describe STAGE` lists its inputs'],
  'unknown-output': [
    "an edge names an output that the stage doesn't have",
    '`sluice describe STAGE` lists its outputs',
  ],
  'ambiguous-output': ['an edge names only the stage, which has several outputs', 'write `stage.port`'],
  'duplicate-edge': ['the same output is connected to an input twice', 'delete one'],
  'contract-mismatch': [
    'the input takes other items than the output gives',
    'put the stage that converts between them, or take another output',
  ],
  'missing-input': ['a required input is not connected', 'connect an output of the same contract; the hint names some'],
  cycle: ['stages wait for each other in a circle without a feedback input', 'cut one edge of the path shown'],
};
