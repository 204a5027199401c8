/** A picture of the gallery and what is known of it. */
export interface GalleryEntry {
  /** File name beside the page. */
  readonly file: string;
  /** Sample id. */
  readonly id: string;
  readonly instances: number;
  readonly f1Before: number;
  readonly f1After: number;
}

/** A page that needs nothing but the pictures beside it. */
export function gallery(entries: readonly GalleryEntry[]): string {
  const figures = entries.map(
    ({ file, id, instances, f1Before, f1After }) => `  <figure>
    <img src="${encodeURIComponent(file)}" alt="${escapeHtml(id)}: image, truth, before, after">
    <figcaption><b>${escapeHtml(id)}</b> · ${instances} instances · F1 ${f1Before.toFixed(3)} → ${f1After.toFixed(3)}</figcaption>
  </figure>`,
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Before and after fine-tuning</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 1600px; padding: 0 1rem; color: #222; }
  img { width: 100%; height: auto; display: block; }
  figure { margin: 0 0 2rem; }
  .columns { display: grid; grid-template-columns: repeat(4, 1fr); position: sticky; top: 0; background: #fff; font-weight: 600; text-align: center; padding: .4rem 0; }
</style>
<h1>Before and after fine-tuning</h1>
<div class="columns"><span>image</span><span>truth</span><span>before</span><span>after</span></div>
${figures.join('\n')}
</html>
`;
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => escapes[character]!);
