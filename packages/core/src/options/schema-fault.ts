import { Ajv } from 'ajv';

/** Why an options schema cannot be used; `undefined` where it can. For schemas that come from outside. */
export function schemaFault(schema: object): string | undefined {
  const ajv = new Ajv({ strict: false });
  ajv.addFormat('path', true);
  try {
    ajv.compile(schema);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
