import { expect, it } from 'vitest';
import { page } from './page.js';

it('has a row a picture and one of means', () => {
  const pictures = [
    { name: 'a.png', width: 4, height: 2, mean: [0, 10, 20] as const, contrast: 1 },
    { name: 'x|y`<b>.png', width: 4, height: 2, mean: [100, 20, 20] as const, contrast: 2 },
  ];
  expect(page('Two', pictures)).toBe(`# Two

| picture | size | red | green | blue | contrast |
| --- | --- | ---: | ---: | ---: | ---: |
| a.png | 4 x 2 | 0.0 | 10.0 | 20.0 | 1.0 |
| x&#124;y&#96;&#60;b&#62;.png | 4 x 2 | 100.0 | 20.0 | 20.0 | 2.0 |
| mean of 2 |  | 50.0 | 15.0 | 20.0 | 1.5 |
`);
});
