/** Image tokens, channels, and rows of all heads together: 7 tokens (5 of the decoder's, 2 of a box) in 8 heads. */
const [image, channels, rows] = [4096, 256, 56];

/**
 * Multiplications and additions of a box's forward pass on the image side, in the algebra that this project and the prototype share
 * (docs: README.md). Whatever computes the same numbers with more work than this gets no credit for it.
 */
export const forwardFlops = (() => {
  const attention = 2 * (2 * rows * channels * image); // scores and values, projections absorbed on the token side
  const attentions = 4 * attention; // image to token twice, token to image in layer 1 and at the end; layer 0's is shared
  const firstUpscale = 2 * image * channels * (64 * 4);
  const secondUpscale = 2 * (image * 4) * 64 * (32 * 4);
  return attentions + firstUpscale + secondUpscale;
})();

/** Each product has two gradients of the same size. */
export const stepFlops = 3 * forwardFlops;
