import { SluiceError } from '@sluice/core';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  countListed,
  datumaroLines,
  fixtures,
  names,
  optionsOf,
  ourLines,
  readFixtures,
  readSubset,
  type Fixture,
} from './conformance.test.support.js';
import type { DatasetFormat } from './dataset-format.js';
import { datasetFormats } from './formats.js';

/** Where we read otherwise than Datumaro though it raises no error: the reasons that we skip for, and why. Their counts are the same nonetheless. */
const different: Readonly<Record<string, readonly [reasons: string, why: string]>> = {
  'coco/05_rle_compressed_size_mismatch': ['RLE size differs from the image', 'a mask of another size fits no image'],
  'coco/06_rle_uncompressed_short_counts': ['invalid RLE', 'Datumaro leaves the rest of the mask to chance'],
  'coco/67_rle_counts_too_long': ['invalid RLE', 'Datumaro fails when it decodes the mask'],
  'coco/22_polygon_fully_outside': ['no pixel inside the image', 'nothing to ask a model for'],
  'coco/23_polygon_degenerate_point': ['no pixel inside the image', 'nothing to ask a model for'],
  'coco/24_polygon_colinear': ['no pixel inside the image', 'nothing to ask a model for'],
  'coco/25_polygon_subpixel': ['no pixel inside the image', 'nothing to ask a model for'],
  'coco/69_rle_all_zero': ['no pixel inside the image', 'nothing to ask a model for'],
  'coco/29_category_zero_declared': ['', 'category 0 is declared, so it has a name'],
  'coco/33_duplicate_annotation_id': ['duplicate annotation', 'instances of an image need distinct ids'],
  'coco/34_missing_image_file': ['image file missing, image skipped', 'there is no picture to learn from'],
  'datumaro/11_image_missing': ['image file missing', 'there is no picture to learn from'],
  'voc/16_missing_image': ['image file missing', 'there is no picture to learn from'],
  'css/11_missing_image': ['image file missing', 'there is no picture to learn from'],
  'voc/17_item_absent_everywhere': ['image file missing', 'there is no picture to learn from'],
  'voc/14_list_trailing_label_column': ['image file missing', 'the line is the id, and no such image is there'],
  'voc/49_list_with_extension': ['image file missing', 'the line is the id, and no such image is there'],
  'voc/12_list_bom': ['', 'a byte order mark is no part of the first id'],
  'voc/39_xml_size_wrong': ['', 'the size is that of the image, not what its annotation file says'],
  'voc/09_mask_image_size_mismatch': ['mask size differs from the image', 'a mask of another size fits no image'],
  'css/09_one_bit': ['', 'the set bit is number 1, not 255'],
  'css/12_image_without_mask': ['', 'an image without mask is an empty sample, where these are asked for'],
  'css/15_no_masks_dir': ['', 'an image without mask is an empty sample, where these are asked for'],
  'css/16_nested_subdirs': ['', 'images and masks in folders are paired by path'],
  'css/17_duplicate_basenames': ['image file missing x2', 'masks in folders are paired with images by path'],
  'css/30_empty_meta': ['unknown category x3', 'a number without label means nothing'],
  'datumaro/01_mask_size_mismatch': ['RLE size differs from the image', 'a mask of another size fits no image'],
};

/** What we say where Datumaro gives up at the first error: the reasons that we skip for, an error of ours, or nothing where all can be read. */
const mended: Readonly<Record<string, string>> = {
  'coco/04_rle_uncompressed_size_mismatch': 'RLE size differs from the image',
  'coco/07_polygon_4_coords': 'invalid polygon',
  'coco/08_polygon_odd_coords': 'invalid polygon',
  'coco/09_polygon_one_bad_part': 'invalid polygon',
  'coco/13_segmentation_null': 'box without mask',
  'coco/14_iscrowd_missing': '',
  'coco/17_bbox_missing': '',
  'coco/27_unknown_category': 'unknown category',
  'coco/32_duplicate_file_name': 'duplicate image, image skipped',
  'coco/39_no_categories_key': 'data/COCO_STRUCTURE',
  'coco/41_string_ids': '',
  'coco/42_float_ids': '',
  'coco/44_path_escape': 'path outside the dataset, image skipped',
  'coco/48_duplicate_category_name': 'data/CATEGORY_TWICE',
  'coco/51_no_images_dir': 'data/IMAGE_FOLDER',
  'coco/53_utf8_bom': '',
  'coco/55_nan_coordinate': 'data/JSON_SYNTAX',
  'coco/65_one_bad_of_three': 'invalid polygon',
  'coco/66_rle_no_declared_size': '',
  'coco/70_json_in_other_folder': 'data/COCO_NOT_FOUND',
  'coco/71_json_without_subset': 'data/COCO_NOT_FOUND',
  'coco/72_two_subsets_same_file': 'data/CATEGORIES_DIFFER',
  'coco/75_bbox_five_values': '',
  'voc/03_grayscale_index_void255': '',
  'voc/05_object_only': '',
  'voc/07_rgb_undeclared_color': 'unknown category',
  'voc/22_labelmap_duplicate': 'data/LABEL_MAP',
  'voc/32_xml_undeclared_name': 'unknown category',
  'voc/33_xml_no_bndbox': 'invalid annotation record',
  'voc/37_xml_malformed': 'invalid annotation record',
  'voc/41_xml_difficult_bad': 'box without mask',
  'voc/47_no_imagesets': 'data/VOC_NOT_FOUND',
  'css/05_palette_voc_colors_vs_meta': 'unknown category x2',
  'css/13_no_meta': 'data/SEMANTIC_NOT_FOUND',
  'css/14_meta_invalid_json': 'data/JSON_SYNTAX',
  'css/19_jpeg_mask': 'unknown category x46',
  'css/25_null_color': 'unknown category',
  'css/26_colors_shorter': 'unknown category',
  'css/34_meta_one_level_down': '',
  'css/35_gray_in_color_space': 'unknown category x2',
  'datumaro/03_polygon_two_points': 'invalid polygon',
  'datumaro/04_polygon_odd': 'invalid polygon',
  'datumaro/14_media_only': 'invalid image record',
  'datumaro/17_size_swapped_zero': '',
  'datumaro/18_duplicate_ids': 'not a mask, duplicate image, image skipped',
  'datumaro/19_no_categories': 'data/DATUMARO_STRUCTURE',
  'datumaro/21_no_items': 'data/DATUMARO_STRUCTURE',
  'datumaro/24_version_int_string': '',
  'datumaro/25_version_legacy_string': '',
  'datumaro/26_bom': '',
  'datumaro/30_absolute_path': 'path outside the dataset',
  'datumaro/34_media_type_video_but_image': '',
  'datumaro/35_duplicate_label_names': 'data/CATEGORY_TWICE',
  'datumaro/36_label_no_parent_key': '',
  'datumaro/39_mask_no_rle': 'invalid RLE',
  'datumaro/40_points_bad_visibility': 'not a mask',
};

/** Counts that differ, too: a byte order mark hides Datumaro's first id, and polygons that it merges are listed one by one. */
const countedOtherwise = ['voc/12_list_bom', 'coco/61_merge_multipart'];

interface Read {
  /** Images, and the masks of each. */
  readonly lines: readonly string[];
  readonly reasons: string;
}

async function readLikeDatumaro(given: Fixture, format: DatasetFormat, path: string): Promise<Read> {
  const lines: string[] = [];
  const counts = new Map<string, number>();
  const merged = given.options?.['merge_instance_polygons'] === true;
  for (const subset of await format.subsets(path)) {
    const { samples, skipped } = await readSubset(format, path, subset, optionsOf(given));
    for (const sample of samples) {
      const { width, height } = sample.image;
      lines.push(
        ...[`${width}x${height}`, ...ourLines(sample, merged)].map((line) => `${subset}/${sample.id} ${line}`),
      );
    }
    for (const { reason, count = 1 } of skipped) counts.set(reason, (counts.get(reason) ?? 0) + count);
  }
  const reasons = [...counts].map(([reason, count]) => (count === 1 ? reason : `${reason} x${count}`)).join(', ');
  return { lines: lines.sort(), reasons };
}

function datumaroRead({ items }: Fixture): string[] {
  return items
    .flatMap((item) => {
      const [height, width] = item.image?.size_hw ?? [];
      return [`${width}x${height}`, ...datumaroLines(item)].map((line) => `${item.subset}/${item.id} ${line}`);
    })
    .sort();
}

/** Boxes and the like, which are no instances, and what Datumaro drops without a word. */
const harmless = /^(box without mask|not a mask|duplicate image)( x\d+)?$/;

describe.skipIf(!existsSync(fixtures))('edge cases, as Datumaro reads them (needs ../shared):', () => {
  const cases = existsSync(fixtures) ? readFixtures('expected_edge.json') : [];
  const readable = cases.filter(({ status }) => status === 'ok');
  const broken = cases.filter(({ status }) => status === 'error');
  const find = (given: Fixture) =>
    [datasetFormats.get(names[given.format]!)!, `${fixtures}edge/${given.fixture}`] as const;

  it.each(readable.map((given) => [given.fixture, given] as const))('%s', async (fixture, given) => {
    const [format, path] = find(given);
    expect(await format.categories(path)).toEqual(given.categories.label ?? []);
    const counted = await countListed(format, path, optionsOf(given));
    if (countedOtherwise.includes(fixture)) expect(counted).not.toEqual(given.subsets);
    else expect(counted).toEqual(given.subsets);

    const { lines, reasons } = await readLikeDatumaro(given, format, path);
    const known = different[fixture];
    if (known) {
      expect(
        reasons
          .split(', ')
          .filter((reason) => !harmless.test(reason))
          .join(', '),
      ).toBe(known[0]);
      expect(lines).not.toEqual(datumaroRead(given));
    } else {
      expect(lines).toEqual(datumaroRead(given));
      expect(reasons.split(', ').filter((reason) => reason !== '' && !harmless.test(reason))).toEqual([]);
    }
  });

  it.each(broken.map((given) => [given.fixture, given] as const))(
    '%s, which Datumaro gives up',
    async (fixture, given) => {
      const [format, path] = find(given);
      const read = async (): Promise<string> => {
        await format.categories(path);
        return (await readLikeDatumaro(given, format, path)).reasons;
      };
      const said = await read().catch((error: unknown) => {
        if (error instanceof SluiceError) return error.code;
        throw error;
      });
      expect(said).toBe(mended[fixture]);
    },
  );
});
