import { Type, type TObject } from '@sinclair/typebox';
import { ExecutionProperties } from './stage-execution.js';

export const LANGUAGE_VERSION = 1;

/** A name that is safe as a folder's; runs are named by it. */
export const NAME = '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$';
export const IDENTIFIER = '^[A-Za-z][A-Za-z0-9_-]{0,63}$';

const Edge = Type.String({ description: '`stage.port`, or `stage` alone where it has one output.' });

export const StageSchema = Type.Object({
  uses: Type.String({ description: 'Short name of a bundled stage, or an npm package that holds one.' }),
  in: Type.Optional(
    Type.Record(
      Type.String(),
      Type.Unsafe<string | readonly string[]>(Type.Union([Edge, Type.Array(Edge, { minItems: 1 })])),
      {
        description: 'Input ports and the outputs that feed them; several are merged.',
      },
    ),
  ),
  with: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description: "The stage's options." })),
  ...ExecutionProperties,
});

/** The long form of a service, for one that takes options. */
export const ServiceSchema = Type.Object({
  uses: Type.String({ description: 'Short name of a bundled choice, or an npm package that holds a service.' }),
  with: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description: "The service's options." })),
});

const Items = Type.Record(Type.String(), Type.Array(Type.Unknown()));

export const TestSchema = Type.Object({
  name: Type.Optional(Type.String({ description: 'What is tested, in words.' })),
  stage: Type.String({ description: 'Id of the stage that is tested.' }),
  given: Type.Optional(Type.Unsafe<object>({ ...Items, description: 'Items for its inputs, by port.' })),
  expect: Type.Unsafe<object>({
    ...Items,
    minProperties: 1,
    description: 'Items that its outputs must give, by port.',
  }),
  options: Type.Optional(
    Type.Record(Type.String(), Type.Unknown(), { description: "Laid over the stage's `with` for this test." }),
  ),
});

const Path = Type.String({ description: 'A pipeline file, relative to this one.' });

/** The pipeline file, but for the options of each stage, which have a schema of their own. */
export const PipelineSchema: TObject = Type.Object({
  sluice: Type.Literal(LANGUAGE_VERSION, { description: 'Version of the language.' }),
  name: Type.String({ description: 'Runs are named by it.' }),
  description: Type.Optional(Type.String()),
  seed: Type.Integer({ minimum: 0, default: 0, description: 'All randomness of a run comes from it.' }),
  vars: Type.Optional(
    Type.Record(Type.String(), Type.Unknown(), {
      description: 'Values to use as `${vars.name}` anywhere below.',
    }),
  ),
  services: Type.Optional(
    Type.Record(Type.String(), Type.Union([Type.String(), ServiceSchema]), {
      description: 'Services to swap, by bundled name or npm package.',
    }),
  ),
  stages: Type.Record(Type.String(), StageSchema, {
    minProperties: 1,
    description: 'The stages by id.',
  }),
  tests: Type.Optional(Type.Array(TestSchema, { description: 'Tests of single stages, for `sluice test`.' })),
  matrix: Type.Optional(
    Type.Record(Type.String(), Type.Array(Type.Unknown(), { minItems: 1 }), {
      description:
        'A sweep: values by path (`vars.lr`, `stages.train.with.loss`); the pipeline runs once for each combination.',
    }),
  ),
  profiles: Type.Optional(
    Type.Record(Type.String(), Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()]), {
      description: 'Parts of a pipeline by name, laid over the file with `--profile NAME`.',
    }),
  ),
  extends: Type.Optional(
    Type.Unsafe<string | readonly string[]>(
      Type.Union([Path, Type.Array(Path)], { description: 'Files that this one is laid over; later ones win.' }),
    ),
  ),
});

/** Keys that `--set`, the environment and profiles may set: `extends` and `profiles` have had their effect by then. */
export const settableKeys: readonly string[] = Object.keys(PipelineSchema.properties).filter(
  (key) => key !== 'extends' && key !== 'profiles',
);

export const stageKeys: readonly string[] = Object.keys(StageSchema.properties);

export const isName = (text: string): boolean => new RegExp(NAME).test(text);
export const isIdentifier = (text: string): boolean => new RegExp(IDENTIFIER).test(text);
