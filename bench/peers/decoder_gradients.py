"""
Reference of gradients by the original implementation, where no reference tensors are at hand: boxes with mask prompts, and single points that
train all four mask tokens. For each the loss's terms, and by parameter the gradient's norm and largest value.
python decoder_gradients.py WEIGHTS.safetensors GOLDEN_FOLDER > packages/models/src/train/decoder-gradients.json
"""
import json
import sys

import torch
from safetensors.torch import load_file

from sam_decoder import load_decoder
from sam_loss import sam_loss

weights, folder = sys.argv[1:]
known, train = load_file(f'{folder}/decoder-forward.safetensors'), load_file(f'{folder}/decoder-train.safetensors')
target = train['gt_low_res'].float()


def predict(decoder, points=None, boxes=None, masks=None):
    """All four masks [N, 4, 256, 256] and predicted IoU [N, 4]."""
    sparse, dense = decoder.prompt_encoder(points=points, boxes=boxes, masks=masks)
    return decoder.mask_decoder.predict_masks(
        image_embeddings=known['image_embeddings'],
        image_pe=decoder.prompt_encoder.get_dense_pe(),
        sparse_prompt_embeddings=sparse,
        dense_prompt_embeddings=dense,
    )


def masked_boxes(decoder):
    decoder.prompt_encoder.mask_downscaling.requires_grad_(True)
    logits, iou = predict(decoder, boxes=known['boxes'], masks=known['mask_input'])
    return sam_loss(logits[:, 0], iou[:, 0], target)


def single_points(decoder):
    """Half token 0, half the best of the others; their predicted IoUs all count."""
    logits, iou = predict(decoder, points=(known['points'], known['point_labels']))
    total = {}
    for prompt in range(len(target)):
        one, *three = [
            sam_loss(logits[prompt, mask][None], iou[prompt, mask][None], target[prompt][None]) for mask in range(4)
        ]
        best = min(three, key=lambda terms: float((20 * terms['focal'] + terms['dice']).detach()))
        ranked = sum(terms['iou_mse'] for terms in three) / 3
        for name, value in {'focal': best['focal'], 'dice': best['dice'], 'iou_mse': ranked}.items():
            total[name] = total.get(name, 0) + (one[name] + value) / 2 / len(target)
    total['loss'] = 20 * total['focal'] + total['dice'] + total['iou_mse']
    return total


def digits(value):
    return float(f'{value.item():.6g}')


def reference(loss_of):
    decoder = load_decoder(weights)
    terms = loss_of(decoder)
    terms['loss'].backward()
    gradients = {
        name: [digits(parameter.grad.norm()), digits(parameter.grad.abs().max())]
        for name, parameter in decoder.named_parameters()
        # The true gradient of an attention's K bias is zero; mask tokens that do not answer have none.
        if parameter.grad is not None and float(parameter.grad.abs().max()) > 0 and not name.endswith('k_proj.bias')
    }
    return {'terms': [digits(terms[name]) for name in ('loss', 'focal', 'dice', 'iou_mse')], 'gradients': gradients}


print(json.dumps({'maskedBoxes': reference(masked_boxes), 'singlePoints': reference(single_points)}))
