"""Eager PyTorch's side of `bench train-step`: python train_step.py INPUTS.safetensors WEIGHTS.safetensors [--threads 2] [--chunk N] [--image WxH]

INPUTS holds `embedding` [4096, 256] (token-major), `boxes` [N, 4] and `target` [N, 256, 256] (0 or 1). With --image the loss is taken
at an image's own size, as OTX does: logits go through SAM's postprocessing, and the targets are the boxes' ellipses there.
"""
import argparse

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

from contender import serve
from sam_decoder import load_decoder
from sam_loss import sam_loss

parser = argparse.ArgumentParser()
parser.add_argument('inputs')
parser.add_argument('weights')
parser.add_argument('--threads', type=int, default=2)
parser.add_argument('--chunk', type=int, default=0, help='boxes a forward and backward; 0 takes all at once, as SAM and OTX do')
parser.add_argument('--image', default='', help='WIDTHxHEIGHT of the image at whose size the loss is taken; 256x256 logits without')
arguments = parser.parse_args()
torch.set_num_threads(arguments.threads)


def ellipse(box, right, down):
    """The ellipse in a box of the frame, at the image's size: `maskOf` of ../train-step/inputs.mjs."""
    x0, y0, x1, y1 = box.double() * torch.tensor([right, down, right, down], dtype=torch.float64)
    x = (torch.arange(width, dtype=torch.float64) + 0.5 - (x0 + x1) / 2) / ((x1 - x0) / 2)
    y = (torch.arange(height, dtype=torch.float64) + 0.5 - (y0 + y1) / 2) / ((y1 - y0) / 2)
    return (x[None, :] ** 2 + y[:, None] ** 2 <= 1).float()


def at_loss_size(logits):
    """Sam.postprocess_masks: to the frame, cut to the image's part, to the image's size."""
    if not arguments.image:
        return logits
    full = F.interpolate(logits[:, None], (1024, 1024), mode='bilinear', align_corners=False)
    part = full[..., :frame_height, :frame_width]
    return F.interpolate(part, (height, width), mode='bilinear', align_corners=False)[:, 0]


decoder = load_decoder(arguments.weights)
parameters = dict(decoder.mask_decoder.named_parameters())
optimizer = torch.optim.Adam(parameters.values(), lr=0.0)
inputs = load_file(arguments.inputs)
embedding = inputs['embedding'].T.reshape(1, 256, 64, 64).contiguous()
boxes, target = inputs['boxes'], inputs['target'].float()

if arguments.image:
    width, height = map(int, arguments.image.split('x'))
    # The frame: the longer side becomes 1024, as in SAM's ResizeLongestSide.
    frame_width, frame_height = (int(side * 1024 / max(width, height) + 0.5) for side in (width, height))
    target = torch.stack([ellipse(box, width / frame_width, height / frame_height) for box in boxes])
chunks = list(zip(boxes.split(arguments.chunk or len(boxes)), target.split(arguments.chunk or len(boxes))))


@torch.inference_mode()
def forward():
    """Logits and predicted IoU of every box."""
    for part, _ in chunks:
        decoder(embedding, part)


def step():
    """Forward, loss and backward; returns the loss terms."""
    decoder.zero_grad(set_to_none=True)
    terms = {}
    for part, wanted in chunks:
        share = len(part) / len(boxes)
        logits, iou = decoder(embedding, part)
        of_part = sam_loss(at_loss_size(logits), iou, wanted)
        (of_part['loss'] * share).backward()
        for name, value in of_part.items():
            terms[name] = terms.get(name, 0.0) + value.detach().item() * share
    return terms


def adam():
    """A step with Adam's update; at learning rate 0, so that weights stay what they are."""
    step()
    optimizer.step()


def report(request):
    """Loss terms; gradients go to `request['gradients']` (safetensors, SAM's parameter names)."""
    terms = step()
    gradients = {f'mask_decoder.{name}': p.grad.contiguous() for name, p in parameters.items() if p.grad is not None}
    save_file(gradients, request['gradients'])
    return {'losses': terms, 'version': torch.__version__}


serve({'forward': forward, 'step': step, 'adam': adam}, report)
