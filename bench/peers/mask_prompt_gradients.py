"""
Reference of the gradients through mask prompts, by the original implementation: loss and, by parameter, the gradient's norm and largest value
for boxes with mask prompts. python mask_prompt_gradients.py WEIGHTS.safetensors GOLDEN_FOLDER > mask-prompt-gradients.json
"""
import json
import sys

import torch
from safetensors.torch import load_file

from sam_decoder import load_decoder
from sam_loss import sam_loss

weights, folder = sys.argv[1:]
decoder = load_decoder(weights)
decoder.prompt_encoder.mask_downscaling.requires_grad_(True)
known, train = load_file(f'{folder}/decoder-forward.safetensors'), load_file(f'{folder}/decoder-train.safetensors')

sparse, dense = decoder.prompt_encoder(points=None, boxes=known['boxes'], masks=known['mask_input'])
logits, iou = decoder.mask_decoder(
    image_embeddings=known['image_embeddings'],
    image_pe=decoder.prompt_encoder.get_dense_pe(),
    sparse_prompt_embeddings=sparse,
    dense_prompt_embeddings=dense,
    multimask_output=False,
)
terms = sam_loss(logits[:, 0], iou[:, 0], train['gt_low_res'].float())
terms['loss'].backward()

digits = lambda value: float(f'{value.item():.6g}')
gradients = {
    name: [digits(parameter.grad.norm()), digits(parameter.grad.abs().max())]
    for name, parameter in decoder.named_parameters()
    # The true gradient of an attention's K bias is zero; other mask tokens have none.
    if parameter.grad is not None and float(parameter.grad.abs().max()) > 0 and not name.endswith('k_proj.bias')
}
print(json.dumps({'terms': [digits(terms[name]) for name in ('loss', 'focal', 'dice', 'iou_mse')], 'gradients': gradients}))
