/** A text that problems can point into: the pipeline file, or one `--set` argument. Lines and columns count from 1, columns in UTF-16 units. */
export class SourceText {
  /** As problems name it. */
  readonly name: string;
  /** Relative paths that are written in it start here. */
  readonly folder: string;
  readonly text: string;
  readonly #shown: string;
  #lineStarts: number[] | undefined;

  /** `shown` is what the text is a part of, blanks standing for the rest: a value of `--set path=value`. */
  constructor(name: string, folder: string, text: string, shown = text) {
    this.name = name;
    this.folder = folder;
    this.text = text;
    this.#shown = shown;
  }

  position(offset: number): { readonly line: number; readonly column: number } {
    const starts = this.#starts();
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  }

  /** Without its line break; empty behind the end. */
  line(line: number): string {
    const starts = this.#starts();
    const start = starts[line - 1];
    if (start === undefined) return '';
    return this.#shown.slice(start, starts[line] ?? this.text.length).replace(/\r?\n$|\r$/, '');
  }

  #starts(): readonly number[] {
    if (this.#lineStarts === undefined) {
      this.#lineStarts = [0];
      for (let at = this.text.indexOf('\n'); at !== -1; at = this.text.indexOf('\n', at + 1))
        this.#lineStarts.push(at + 1);
    }
    return this.#lineStarts;
  }
}

/** A stretch of a source. */
export interface Place {
  readonly source: SourceText;
  readonly start: number;
  readonly end: number;
}

/** A part of a scalar's text, where the scalar is written as it reads; the whole scalar otherwise. */
export function partOf(place: Place, text: string, from: number, to: number): Place {
  const written = place.source.text.slice(place.start, place.end);
  const at = written.indexOf(text);
  return at === -1 ? place : { ...place, start: place.start + at + from, end: place.start + at + to };
}

/** A place in a form that can leave this package. */
export interface FilePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export const positionOf = ({ source, start }: Place): FilePosition => ({
  file: source.name,
  ...source.position(start),
});
