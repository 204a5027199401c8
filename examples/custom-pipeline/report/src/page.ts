import type { PictureStatistics } from '@pictures/contracts';

/** A Markdown page with one row a picture and a row of means. */
export function page(title: string, pictures: readonly PictureStatistics[]): string {
  const rows = pictures.map(({ name, width, height, mean, contrast }) =>
    row([name, `${width} x ${height}`, ...[...mean, contrast].map(decimal)]),
  );
  const mean = (valueOf: (picture: PictureStatistics) => number): string =>
    decimal(pictures.reduce((sum, picture) => sum + valueOf(picture), 0) / pictures.length);
  const means = [0, 1, 2].map((channel) => mean((picture) => picture.mean[channel]!));
  return [
    `# ${oneLine(title)}\n`,
    row(['picture', 'size', 'red', 'green', 'blue', 'contrast']),
    row(['---', '---', '---:', '---:', '---:', '---:']),
    ...rows,
    row([`mean of ${pictures.length}`, '', ...means, mean(({ contrast }) => contrast)]),
    '',
  ].join('\n');
}

const row = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
const decimal = (value: number): string => value.toFixed(1);
const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ');

/** A file may be called anything: what means something in Markdown or HTML is escaped. */
const cell = (text: string): string =>
  oneLine(text).replaceAll(/[\\|`*_[\]<>&]/g, (sign) => `&#${sign.charCodeAt(0)};`);
