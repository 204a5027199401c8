"""Eager PyTorch's side of `bench train-step`: python train_step.py INPUTS.safetensors WEIGHTS.safetensors [--threads 2] [--chunk N]

INPUTS holds `embedding` [4096, 256] (token-major), `boxes` [N, 4] and `target` [N, 256, 256] (0 or 1).
"""
import argparse

import torch
from safetensors.torch import load_file, save_file

from contender import serve
from sam_decoder import load_decoder
from sam_loss import sam_loss

parser = argparse.ArgumentParser()
parser.add_argument('inputs')
parser.add_argument('weights')
parser.add_argument('--threads', type=int, default=2)
parser.add_argument('--chunk', type=int, default=0, help='boxes a forward and backward; 0 takes all at once, as SAM and OTX do')
arguments = parser.parse_args()
torch.set_num_threads(arguments.threads)

decoder = load_decoder(arguments.weights)
parameters = dict(decoder.mask_decoder.named_parameters())
optimizer = torch.optim.Adam(parameters.values(), lr=0.0)
inputs = load_file(arguments.inputs)
embedding = inputs['embedding'].T.reshape(1, 256, 64, 64).contiguous()
boxes, target = inputs['boxes'], inputs['target'].float()
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
        of_part = sam_loss(*decoder(embedding, part), wanted)
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
