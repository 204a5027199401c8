import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  countListed,
  datumaroLines,
  fixtures,
  isOurs,
  names,
  optionsOf,
  ourLines,
  readFixtures,
  readSubset,
  unused,
  type Fixture,
} from './conformance.test.support.js';
import { datasetFormats } from './formats.js';

/** Datumaro's `coco` merges captions with instances; we read instances. */
const readsCaptions = ({ format }: Fixture): boolean => format === 'coco';

async function expectConformance(given: Fixture, root: string) {
  const { fixture, format: theirs, options, ...expected } = given;
  const format = datasetFormats.get(names[theirs]!)!;
  const path = root + fixture;
  expect(await format.categories(path)).toEqual(expected.categories.label);
  const merged = options?.['merge_instance_polygons'] === true;
  const more = optionsOf(given);
  // Polygons of one record are listed one by one, whatever is then made of them.
  if (!merged && !readsCaptions(given)) expect(await countListed(format, path, more)).toEqual(expected.subsets);
  const subsetNames = Object.keys(expected.subsets);
  // Without an expected subset there is one list, and it is empty.
  for (const subsetName of subsetNames.length > 0 ? subsetNames : ['trainval']) {
    const items = expected.items.filter(({ subset }) => subset === subsetName);
    const { samples, skipped } = await readSubset(format, path, subsetName, more);
    expect(samples.map(({ id }) => id).sort()).toEqual(items.map(({ id }) => id).sort());
    for (const sample of samples) {
      const item = items.find(({ id }) => id === sample.id)!;
      expect({ id: sample.id, size: [sample.image.height, sample.image.width] }).toEqual({
        id: item.id,
        size: item.image?.size_hw,
      });
      expect(ourLines(sample, merged)).toEqual(datumaroLines(item));
    }
    const reasons: Record<string, number> = {};
    for (const { reason, count = 1 } of skipped) reasons[reason] = (reasons[reason] ?? 0) + count;
    expect(reasons).toEqual(unused(items, format.name));
  }
}

describe.skipIf(!existsSync(fixtures))('as Datumaro reads it (needs ../shared):', () => {
  const cases = existsSync(fixtures) ? readFixtures('expected.json').filter(isOurs) : [];
  it.each(cases.map((fixture) => [`${fixture.fixture} as ${fixture.format}`, fixture] as const))(
    '%s',
    async (_, fixture) => {
      await expectConformance(fixture, fixtures);
    },
  );

  // One file is no folder, and without any mask there is nothing to detect.
  const folders = cases.filter(({ detected_as: found = [], items }) => found.length > 0 && items.length > 0);
  it.each(folders.map((fixture) => [`${fixture.fixture} as ${fixture.format}`, fixture] as const))(
    'of all formats the right one is detected: %s',
    async (_, { fixture, detected_as: theirs = [] }) => {
      const detected: string[] = [];
      for (const format of datasetFormats.values()) {
        if (await format.detect(fixtures + fixture)) detected.push(format.name);
      }
      expect(detected).toHaveLength(1);
      expect(theirs.map((name) => names[name])).toContain(detected[0]);
    },
  );
});
