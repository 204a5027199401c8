import { numbersOf, numbersPng, photograph, type Files } from '../dataset-folder.test.support.js';

/** Two persons (15) that touch, and a cat (8) in two pieces. */
export const classes = numbersOf('00000000', '0aaa0000', '0aaa0800', '0aaa0880', '00000000', '88800000').map((digit) =>
  Number.isNaN(digit) ? 15 : digit,
);
/** Numbers of the three objects. */
export const objects = numbersOf('00000000', '01120000', '01120300', '01120330', '00000000', '33300000');

/** One image with its masks, in gray. */
export async function vocFiles(): Promise<Files> {
  return {
    'ImageSets/Segmentation/train.txt': 'a\n',
    'JPEGImages/a.jpg': await photograph(),
    'SegmentationClass/a.png': await numbersPng(classes),
    'SegmentationObject/a.png': await numbersPng(objects),
  };
}

/** How voc-instance reads it. */
export const whole = 'train/a: 1=person 6, 2=person 3, 3=cat 6';
