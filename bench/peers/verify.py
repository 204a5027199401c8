"""Holds the PyTorch peer itself to the reference tensors: python verify.py WEIGHTS.safetensors GOLDEN_FOLDER"""
import json
import sys

import torch
from safetensors.torch import load_file

from sam_decoder import load_decoder
from sam_loss import sam_loss

weights, folder = sys.argv[1:]
decoder = load_decoder(weights)
known, train = load_file(f'{folder}/decoder-forward.safetensors'), load_file(f'{folder}/decoder-train.safetensors')
with open(f'{folder}/decoder-train.json') as file:
    wanted = json.load(file)['steps']['low.sam']['rows'][0]

logits, iou = decoder(known['image_embeddings'], known['boxes'])
terms = sam_loss(logits, iou, train['gt_low_res'].float())
terms['loss'].backward()

logits, iou = logits.detach(), iou.detach()
terms = {name: value.detach() for name, value in terms.items()}
checks = {
    'logits': float((logits - known['box.low_res_masks'][:, 0]).abs().max()),
    'iou': float((iou - known['box.iou'][:, 0]).abs().max()),
    'loss': max(abs(float(terms[name]) - value) / value for name, value in zip(('loss', 'focal', 'dice', 'iou_mse'), wanted)),
    'gradients': 0.0,
}
for name, parameter in decoder.mask_decoder.named_parameters():
    reference = train.get(f'low.sam.grad.{name}')
    # Values are stored of small parameters only; the true gradient of an attention's K bias is zero.
    if reference is None or reference.shape != parameter.shape or name.endswith('k_proj.bias'):
        continue
    if float(reference.abs().max()) > 0:
        checks['gradients'] = max(checks['gradients'], float((parameter.grad - reference).abs().max() / reference.abs().max()))

limits = {'logits': 1e-3, 'iou': 1e-4, 'loss': 1e-4, 'gradients': 1e-3}
for name, value in checks.items():
    print(f'{name:10} differ by {value:.2e} (at most {limits[name]:.0e})')
sys.exit(0 if all(checks[name] <= limits[name] for name in checks) else 1)
