import { stat } from 'node:fs/promises';
import { sha256File } from '../files/sha256-file.js';
import type { KeyParts } from './cache-record.js';
import type { PipelinePlan, PlannedStage } from '../pipeline/plan.js';
import type { ChosenServices } from '../stage/item-work.js';
import { packageRecord } from '../registry/package-integrity.js';

type Schema = Readonly<Record<string, unknown>>;

/** The parts of a plan that keys may depend on. */
export type KeyedPlan = Pick<PipelinePlan, 'seed' | 'services' | 'servicePackages' | 'serviceIdentities'>;

/** The parts of a pure stage's keys. */
export async function keyPartsOf(stage: PlannedStage, plan: KeyedPlan): Promise<KeyParts> {
  const { definition, options, package: identity } = stage;
  const purity = definition.items?.pure;
  return {
    stage: definition.type,
    package:
      identity === undefined
        ? null
        : {
            name: identity.name,
            version: identity.version,
            integrity: (await packageRecord(identity)).integrity ?? '',
          },
    options: (await keyed(definition.options, options)) as Readonly<Record<string, unknown>>,
    environment: (await purity?.environment(options, await chosenServices(plan))) ?? {},
    seed: purity?.seeded === true ? plan.seed : null,
  };
}

async function chosenServices(plan: KeyedPlan): Promise<ChosenServices> {
  const { services, servicePackages, serviceIdentities = {} } = plan;
  const identities = Object.entries(serviceIdentities).map(
    async ([slot, identity]) => [slot, await identity()] as const,
  );
  const packages = Object.entries(servicePackages).map(async ([slot, identity]) => {
    const { name, version, integrity = '' } = await packageRecord(identity);
    return [slot, `${name}@${version} ${integrity}`] as const;
  });
  return { ...services, ...Object.fromEntries(await Promise.all([...identities, ...packages])) };
}

/**
 * The options that a result depends on: all but those whose schema says `cacheKey: false`. A file (`format: path`) counts by its
 * content, wherever it lies.
 */
async function keyed(schema: Schema, value: unknown): Promise<unknown> {
  if (typeof value === 'string') return schema['format'] === 'path' ? contentOf(value) : value;
  if (Array.isArray(value)) {
    const items = (schema['items'] ?? {}) as Schema;
    return Promise.all(value.map((item) => keyed(items, item)));
  }
  if (typeof value !== 'object' || value === null) return value;
  const properties = (schema['properties'] ?? {}) as Readonly<Record<string, Schema>>;
  const entries = Object.entries(value).map(async ([key, option]): Promise<readonly (readonly [string, unknown])[]> => {
    const inner = Object.hasOwn(properties, key) ? properties[key]! : {};
    return inner['cacheKey'] === false ? [] : [[key, await keyed(inner, option)]];
  });
  return Object.fromEntries((await Promise.all(entries)).flat());
}

async function contentOf(path: string): Promise<string> {
  const isFile = await stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
  return isFile ? `sha256:${await sha256File(path)}` : path;
}
