/** How far embeddings of one model are from those of another. */
export interface EmbeddingDifference {
  /** Norm of the difference over the norm of the reference. */
  readonly relativeError: number;
  readonly cosine: number;
}

/** Of all values together: one array for each image, in the same order on both sides. */
export function compareEmbeddings(
  references: readonly Float32Array[],
  others: readonly Float32Array[],
): EmbeddingDifference {
  let [difference, square, otherSquare, dot] = [0, 0, 0, 0];
  references.forEach((reference, image) => {
    const other = others[image]!;
    for (let i = 0; i < reference.length; i++) {
      const [a, b] = [reference[i]!, other[i]!];
      difference += (a - b) ** 2;
      square += a * a;
      otherSquare += b * b;
      dot += a * b;
    }
  });
  return { relativeError: Math.sqrt(difference / square), cosine: dot / Math.sqrt(square * otherSquare) };
}
