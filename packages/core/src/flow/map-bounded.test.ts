import fc from 'fast-check';
import { EMPTY, from, lastValueFrom, merge, of, Subject, take, throwError, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { fromPull } from './from-pull.js';
import { mapBounded } from './map-bounded.js';

/** Lets everything that has been promised happen. */
const settle = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('mapBounded', () => {
  it('keeps order and bound for any completion order, concurrency and source', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.integer(), { maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        fc.boolean(),
        async (scheduler, items, concurrency, pulled) => {
          let working = 0;
          let most = 0;
          const work = async (item: number, index: number): Promise<string> => {
            most = Math.max(most, ++working);
            await scheduler.schedule(Promise.resolve());
            working--;
            return `${String(index)}:${String(item)}`;
          };
          const source = pulled ? fromPull(items) : from(items);
          const result = lastValueFrom(source.pipe(mapBounded(work, concurrency), toArray()));
          await scheduler.waitFor(result);
          expect(await result).toEqual(items.map((item, index) => `${String(index)}:${String(item)}`));
          expect(most).toBeLessThanOrEqual(Math.min(concurrency, items.length));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('counts a finished item that waits for its turn as in flight', async () => {
    const started: number[] = [];
    let finishFirst = (): void => undefined;
    const work = (item: number): Promise<number> | number => {
      started.push(item);
      return item === 0 ? new Promise((resolve) => (finishFirst = () => resolve(item))) : item;
    };
    const result = lastValueFrom(from([0, 1, 2, 3, 4]).pipe(mapBounded(work, 2), toArray()));
    await settle();
    expect(started).toEqual([0, 1]);
    finishFirst();
    expect(await result).toEqual([0, 1, 2, 3, 4]);
  });

  it('passes an error of the source on unchanged, and ends with an empty source', async () => {
    const error = new Error('source');
    const work = mapBounded((item: number) => item, 1);
    await expect(lastValueFrom(throwError(() => error).pipe(work))).rejects.toBe(error);
    expect(await lastValueFrom(EMPTY.pipe(work, toArray()))).toEqual([]);
  });

  it('fails with what the work throws or rejects with, and starts nothing more', async () => {
    for (const fail of [
      (error: Error) => Promise.reject(error),
      (error: Error) => {
        throw error;
      },
    ]) {
      const started: number[] = [];
      const work = (item: number): Promise<number> => {
        started.push(item);
        return item === 1 ? fail(new RangeError('one')) : Promise.resolve(item);
      };
      await expect(lastValueFrom(from([0, 1, 2, 3]).pipe(mapBounded(work, 1)))).rejects.toThrow('one');
      expect(started).toEqual([0, 1]);
    }
  });

  it('starts nothing more and emits nothing more once it is left', async () => {
    const started: number[] = [];
    const source = new Subject<number>();
    const received: number[] = [];
    const work = async (item: number): Promise<number> => {
      started.push(item);
      await settle();
      return item;
    };
    const subscription = source.pipe(mapBounded(work, 2)).subscribe((item) => received.push(item));
    for (const item of [0, 1, 2, 3]) source.next(item);
    subscription.unsubscribe();
    await settle();
    await settle();
    expect([started, received]).toEqual([[0, 1], []]);
    expect(source.observed).toBe(false);
  });

  it('is content with what take wants', async () => {
    const result = await lastValueFrom(
      from([1, 2, 3]).pipe(
        mapBounded((item) => item, 2),
        take(2),
        toArray(),
      ),
    );
    expect(result).toEqual([1, 2]);
  });

  it('takes items that come while it emits', async () => {
    const source = new Subject<number>();
    const received: number[] = [];
    source.pipe(mapBounded((item) => item, 1)).subscribe((item) => {
      received.push(item);
      if (item < 5) source.next(item + 1);
      else source.complete();
    });
    source.next(0);
    expect(received).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('works behind several sources at once', async () => {
    const sources = merge(fromPull([1, 2, 3]), of(4, 5));
    const result = await lastValueFrom(
      sources.pipe(
        mapBounded(async (item) => Promise.resolve(item), 3),
        toArray(),
      ),
    );
    expect(result.sort()).toEqual([1, 2, 3, 4, 5]);
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses a concurrency of %d', (concurrency) => {
    expect(() => mapBounded((item) => item, concurrency)).toThrow(
      expect.objectContaining({ code: 'core/BAD_CONCURRENCY' }) as Error,
    );
  });
});
