import { dataErrors, emptyTallies, isHarmless, tally, type Loss, type ReadItem, type Tallies } from '@sluice/data';
import { formatTable } from '../progress/format-table.js';

/** Counts what is read, skipped and lost while a dataset is written anew. */
export interface DatasetReport {
  readonly onRead: (item: ReadItem, subset: string) => void;
  readonly onLoss: (loss: Loss) => void;
  readonly document: () => DatasetReportDocument;
}

interface Totals {
  readonly read: number;
  readonly used: number;
  readonly skipped: Readonly<Record<string, number>>;
}

export interface DatasetReportDocument {
  /** What was used, by the source's subsets. */
  readonly subsets: Readonly<Record<string, { readonly images: number; readonly instances: number }>>;
  /** Of each, `read` is `used` and all skipped. */
  readonly images: Totals;
  readonly annotations: Totals;
  /** What the target's format can't hold, by reason; `examples` has the first of each. */
  readonly lost: Readonly<Record<string, { readonly count: number; readonly examples: readonly string[] }>>;
}

const EXAMPLES = 3;

/** With `fail`, the first bad item ends the work. */
export function datasetReport(onBadItem: 'skip' | 'fail'): DatasetReport {
  const subsets = new Map<string, { images: number; instances: number }>();
  const lost = new Map<string, { count: number; examples: string[] }>();
  let counts: Tallies = emptyTallies;
  return {
    onRead: (item, subset) => {
      counts = tally(counts, item);
      if (item.kind === 'sample') {
        const own = subsets.get(subset) ?? { images: 0, instances: 0 };
        subsets.set(subset, { images: own.images + 1, instances: own.instances + item.sample.instances.length });
      } else if (onBadItem === 'fail' && !isHarmless(item.reason)) {
        throw dataErrors.BAD_ITEM({ item: item.item, reason: item.reason, detail: item.detail });
      }
    },
    onLoss: ({ reason, item }) => {
      const known = lost.get(reason) ?? { count: 0, examples: [] };
      lost.set(reason, known);
      known.count++;
      if (known.examples.length < EXAMPLES && !known.examples.includes(item)) known.examples.push(item);
    },
    document: () => ({
      subsets: Object.fromEntries(subsets),
      images: counts.image,
      annotations: counts.annotation,
      lost: Object.fromEntries(lost),
    }),
  };
}

export function datasetReportText({ images, annotations, lost }: DatasetReportDocument): string {
  const skipped = [images, annotations].flatMap((totals) => Object.entries(totals.skipped));
  return [
    `${totalsLine('images', images)}\n${totalsLine('annotations', annotations)}\n`,
    section(
      'Skipped in reading:',
      skipped.map(([reason, count]) => [`  ${reason}`, String(count)]),
    ),
    section(
      'The format cannot hold:',
      Object.entries(lost).map(([reason, { count, examples }]) => [`  ${reason}`, String(count), examples.join(', ')]),
    ),
  ].join('');
}

/** `images: 12 read = 10 used + 2 skipped` */
export function totalsLine(unit: string, { read, used }: { readonly read: number; readonly used: number }): string {
  return `${unit}: ${read} read = ${used} used + ${read - used} skipped`;
}

/** A heading over a table; nothing where there are no rows. */
export function section(heading: string, rows: readonly (readonly string[])[]): string {
  return rows.length === 0 ? '' : `\n${heading}\n${formatTable(rows)}\n`;
}
