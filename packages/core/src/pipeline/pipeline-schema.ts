import { Type, type TObject } from '@sinclair/typebox';

export const LANGUAGE_VERSION = 1;

/** A name that is safe as a folder's; runs are named by it. */
const NAME = '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$';
const IDENTIFIER = '^[A-Za-z][A-Za-z0-9_-]{0,63}$';

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
});

/** The long form of a service, for one that takes options. */
export const ServiceSchema = Type.Object({
  uses: Type.String({ description: 'Short name of a bundled choice, or an npm package that holds a service.' }),
  with: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description: "The service's options." })),
});

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
});

export const isName = (text: string): boolean => new RegExp(NAME).test(text);
export const isIdentifier = (text: string): boolean => new RegExp(IDENTIFIER).test(text);
