"""SAM's prompt encoder and mask decoder from the `segment-anything` package, with weights from a safetensors file."""
import torch
from safetensors.torch import load_file
from segment_anything.modeling import MaskDecoder, PromptEncoder, TwoWayTransformer


class SamDecoder(torch.nn.Module):
    """What SAM runs for a prompt once an image is embedded; parameter names are those of SAM's checkpoints."""

    def __init__(self):
        super().__init__()
        self.prompt_encoder = PromptEncoder(
            embed_dim=256, image_embedding_size=(64, 64), input_image_size=(1024, 1024), mask_in_chans=16
        )
        self.mask_decoder = MaskDecoder(
            num_multimask_outputs=3,
            transformer=TwoWayTransformer(depth=2, embedding_dim=256, mlp_dim=2048, num_heads=8),
            transformer_dim=256,
            iou_head_depth=3,
            iou_head_hidden_dim=256,
        )

    def forward(self, embedding, boxes):
        """Embedding [1, 256, 64, 64] and boxes [N, 4] (x0, y0, x1, y1 of 1024) -> logits [N, 256, 256], IoU [N] of token 0."""
        sparse, dense = self.prompt_encoder(points=None, boxes=boxes, masks=None)
        logits, iou = self.mask_decoder(
            image_embeddings=embedding,
            image_pe=self.prompt_encoder.get_dense_pe(),
            sparse_prompt_embeddings=sparse,
            dense_prompt_embeddings=dense,
            multimask_output=False,
        )
        return logits[:, 0], iou[:, 0]


def load_decoder(path):
    """The decoder in evaluation mode; the prompt encoder is frozen, as in our trainer."""
    decoder = SamDecoder()
    state = {name: tensor for name, tensor in load_file(path).items() if name.startswith(('prompt_encoder.', 'mask_decoder.'))}
    decoder.load_state_dict(state)
    decoder.prompt_encoder.requires_grad_(False)
    return decoder.eval()
