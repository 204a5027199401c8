import type { Value } from '../graph/graph.js';
import { reshape } from './layers.js';
import type { Scope } from './scope.js';
import { CHANNELS } from './shape.js';

/** Kinds of tokens that a prompt becomes, in the order of their embeddings. */
export const TOKEN_KINDS = ['background', 'foreground', 'topLeft', 'bottomRight', 'notAPoint'] as const;
export type TokenKind = (typeof TOKEN_KINDS)[number];

/** Name of a kind's embedding, [1, CHANNELS]. */
export const tokenEmbeddings: Readonly<Record<TokenKind, string>> = {
  background: 'prompt_encoder.point_embeddings.0.weight',
  foreground: 'prompt_encoder.point_embeddings.1.weight',
  topLeft: 'prompt_encoder.point_embeddings.2.weight',
  bottomRight: 'prompt_encoder.point_embeddings.3.weight',
  notAPoint: 'prompt_encoder.not_a_point_embed.weight',
};

/** Embedding that stands for "no mask prompt" on the image side, [1, CHANNELS]. */
export const NO_MASK = 'prompt_encoder.no_mask_embed.weight';

/** The prompt encoder's parameters that points and boxes get to. */
export const PROMPT_PARAMETERS: readonly string[] = [...Object.values(tokenEmbeddings), NO_MASK];

/**
 * The prompts' tokens in the graph, where their embeddings are trained: `positions` [prompts, tokens, CHANNELS], zeros for "not a point",
 * plus the embedding of each token's kind, picked by `kinds` [prompts * tokens, kinds], a row of zeros and a one. -> [prompts, tokens, CHANNELS]
 */
export function promptTokens({ builder, parameter }: Pick<Scope, 'builder' | 'parameter'>, positions: Value): Value {
  const [prompts, tokens] = positions.shape as readonly [number, number];
  const kinds = builder.input('kinds', [prompts * tokens, TOKEN_KINDS.length]);
  const table = builder.emit(
    'Concat',
    TOKEN_KINDS.map((kind) => parameter(tokenEmbeddings[kind])),
    { axis: 0 },
  );
  const embedded = reshape(builder, builder.emit('MatMul', [kinds, table]), [prompts, tokens, CHANNELS]);
  return builder.emit('Add', [positions, embedded]);
}

/** Values of the graph's input `kinds`. */
export function kindRows(kinds: readonly TokenKind[]): Float32Array<ArrayBuffer> {
  const rows = new Float32Array(kinds.length * TOKEN_KINDS.length);
  kinds.forEach((kind, i) => (rows[i * TOKEN_KINDS.length + TOKEN_KINDS.indexOf(kind)] = 1));
  return rows;
}
