import { pipelinesErrors } from '../errors.js';

/** The names that a new package goes by. */
export interface PackageNames {
  /** `@acme/stage-soft-blur`. */
  readonly packageName: string;
  /** The stage's type, and its folder: `soft-blur`. */
  readonly short: string;
  /** In identifiers: `softBlur`. */
  readonly camel: string;
}

const NAME = /^(?:@[a-z0-9][a-z0-9-]*\/)?[a-z][a-z0-9-]*$/;
/** As npm limits it. */
const MOST_CHARACTERS = 214;
/** Names that npm refuses. */
const REFUSED = new Set(['node-modules', 'favicon-ico']);

/** The names of a new package; refused where npm would, or where no folder or identifier could be made of it. */
export function packageNames(name: string): PackageNames {
  const short = (name.split('/').at(-1) ?? '').replace(/^stage-(?=[a-z])/, '');
  const sound = NAME.test(name) && name.length <= MOST_CHARACTERS && !REFUSED.has(short) && !/--|-$/.test(short);
  if (!sound) throw pipelinesErrors.BAD_PACKAGE_NAME({ name });
  return {
    packageName: name,
    short,
    camel: short.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
  };
}
