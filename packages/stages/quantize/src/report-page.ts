import type { EncodeCosts, NetworkRecord, QuantizationRecord, ScorePair } from './quantization-record.js';

/** A page that says what quantization costs and saves, and what was decided by what; it needs nothing beside it. */
export function reportPage(record: QuantizationRecord, costs: EncodeCosts | undefined): string {
  const { gate, calibration, encoder, decoder, scores } = record;
  const { encode_ms: times, peak_rss_mb: peaks } = costs ?? {};
  const drop = gate.f1_float - gate.f1_quantized;
  const change = `F1 on the validation images ${drop < 0 ? 'rises' : 'falls'} by ${points(Math.abs(drop))} points, a fall of ${points(gate.max_f1_drop)} is allowed`;
  const verdict = gate.holds
    ? `The gate holds: ${change}.`
    : `The gate does not hold: ${change}. The float model stays the result.`;
  const slower =
    times && times.quantized >= times.float
      ? '<p class="warning">INT8 is no faster than float on this machine.</p>'
      : '';
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Quantization</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 960px; padding: 0 1rem; color: #222; }
  table { border-collapse: collapse; margin: 1rem 0 2rem; }
  th, td { padding: .3rem .8rem; border-bottom: 1px solid #ddd; text-align: right; }
  th:first-child, td:first-child { text-align: left; }
  .float { background: #fff3d6; }
  .warning { background: #fff3d6; padding: .5rem .8rem; }
</style>
<h1>Quantization of ${escapeHtml(record.model)}</h1>
<p>${verdict}</p>
${slower}
<table>
<tr><th></th><th>float</th><th>INT8</th><th>INT8 / float</th></tr>
${[
  sizeRow('encoder', encoder),
  sizeRow(`decoder (${decoder.precision})`, decoder),
  times
    ? ratioRow(
        `encode an image, ms (${times.processor}, ${String(times.threads)} threads)`,
        times.float,
        times.quantized,
      )
    : '',
  peaks ? ratioRow('peak memory of encoding, MB', peaks.float, peaks.quantized) : '',
  ...Object.entries(scores).flatMap(([subset, pair]) => scoreRows(subset, pair)),
].join('\n')}
</table>
<p>Calibrated (${calibration.calibrator}) on ${String(calibration.images.length)} training images: ${calibration.images.map(escapeHtml).join(', ')}.</p>
${networkTable('Encoder', encoder)}
${networkTable('Decoder', decoder)}
</html>
`;
}

const sizeRow = (name: string, { bytes }: NetworkRecord): string =>
  ratioRow(`${name}, MB`, bytes.float / 1e6, bytes.quantized / 1e6);

const ratioRow = (name: string, float: number, quantized: number): string =>
  row([name, float.toFixed(1), quantized.toFixed(1), (quantized / float).toFixed(2)]);

function scoreRows(subset: string, { float, quantized }: ScorePair): readonly string[] {
  return (['f1', 'iou'] as const).map((name) => {
    const [before, after] = [float.scores[name], quantized.scores[name]];
    const label = `${name === 'f1' ? 'F1' : 'IoU'} on ${subset} (${String(float.images)} images)`;
    return row([label, before.toFixed(4), after.toFixed(4), `${points(after - before)} points`]);
  });
}

/** The parts of a network, and how often F1 was measured with which of them in float. */
function networkTable(title: string, { groups, trials }: NetworkRecord): string {
  if (groups.length === 0) return '';
  const measured = trials.map(({ float, f1 }) => `${f1.toFixed(4)} with ${String(float)} parts in float`).join(', ');
  // Only where the gate did not hold at once was each part looked at by itself.
  const isRanked = groups.some(({ error }) => error !== undefined);
  const rows = groups.map(({ group, precision, nodes, weight_bytes: bytes, weights_only: weightsOnly, error }) => {
    const said = weightsOnly ? 'int8 weights, computed in float' : precision;
    const cells = [group, said, String(nodes.length), (bytes / 1e6).toFixed(2)];
    if (isRanked) cells.push(error?.toFixed(4) ?? '');
    return row(cells, precision === 'float' ? 'float' : undefined);
  });
  return `<h2>${title}</h2>
<p>F1 on the validation images: ${measured}.</p>
<table>
<tr><th>part</th><th>precision</th><th>products</th><th>weights, MB</th>${isRanked ? '<th>error alone in INT8</th>' : ''}</tr>
${rows.join('\n')}
</table>`;
}

const row = (cells: readonly string[], kind?: string): string =>
  `<tr${kind === undefined ? '' : ` class="${kind}"`}>${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`;

/** 0.0123 -> 1.23 */
const points = (share: number): string => (100 * share).toFixed(2);

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => escapes[character]!);
