/**
 * Reads a run's `metrics.jsonl`: F1 of the untouched model (epoch 0) and of the epoch that early stopping chose; and the seconds since the run
 * started until validation F1 was at least `goal`, `undefined` if it never was.
 * @param {string} text
 * @param {number} goal
 */
export function scoresOf(text, goal) {
  const rows = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const of = (/** @type {string} */ subset) => rows.filter((row) => row.subset === subset && row.f1 !== undefined);
  const [val, test] = [of('val'), of('test')];
  if (val.length === 0 || test.length === 0) throw new Error('the run has no scores on val or test');
  const valAt = (/** @type {number} */ wanted) => val.find(({ epoch }) => epoch === wanted).f1;
  return {
    // Test images are scored twice: by the untouched model, then by the checkpoint that early stopping passes on.
    val: { untouched: valAt(0), tuned: valAt(test.at(-1).epoch) },
    test: { untouched: test.find(({ epoch }) => epoch === 0).f1, tuned: test.at(-1).f1 },
    reached: val.find(({ f1 }) => f1 >= goal)?.seconds,
  };
}
