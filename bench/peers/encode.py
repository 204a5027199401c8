"""Eager PyTorch's side of `bench encode`: python encode.py MODEL WEIGHTS INPUT.safetensors [--threads 2]

MODEL is `tiny-vit`, whose WEIGHTS are a MobileSAM checkpoint, or `vit-b`, `vit-l`, `vit-h`, whose random WEIGHTS are written (safetensors) where there
are none.
"""
import argparse
import os
from functools import partial

import torch
from safetensors.torch import load_file, save_file
from segment_anything.modeling import ImageEncoderViT

from contender import serve
from tiny_vit import load_tiny_vit

CONFIGURATIONS = {'vit-b': (768, 12, 12, (2, 5, 8, 11)), 'vit-l': (1024, 24, 16, (5, 11, 17, 23)), 'vit-h': (1280, 32, 16, (7, 15, 23, 31))}

parser = argparse.ArgumentParser()
parser.add_argument('model')
parser.add_argument('weights')
parser.add_argument('input')
parser.add_argument('--threads', type=int, default=2)
arguments = parser.parse_args()
torch.set_num_threads(arguments.threads)


def load_vit(size):
    width, depth, heads, everywhere = CONFIGURATIONS[arguments.model]
    norm = partial(torch.nn.LayerNorm, eps=1e-6)
    model = ImageEncoderViT(size, embed_dim=width, depth=depth, num_heads=heads, norm_layer=norm, qkv_bias=True, use_rel_pos=True,
                            global_attn_indexes=everywhere, window_size=14, out_chans=256)
    if os.path.exists(arguments.weights):
        tensors = load_file(arguments.weights)
        model.load_state_dict({name.removeprefix('image_encoder.'): tensor for name, tensor in tensors.items()})
        return model.eval()
    torch.manual_seed(0)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if 'pos' in name:  # zeros until they are trained
                parameter.normal_(std=0.1)
    save_file({f'image_encoder.{name}': tensor for name, tensor in model.state_dict().items()}, arguments.weights)
    return model.eval()


pixels = load_file(arguments.input)['pixels'][None]
if arguments.model == 'tiny-vit':
    model = load_tiny_vit(torch.load(arguments.weights, map_location='cpu', weights_only=True))
else:
    model = load_vit(pixels.shape[-1])
embedding = None


@torch.inference_mode()
def encode():
    global embedding
    embedding = model(pixels)


def report(request):
    """The embedding goes to `request['embedding']`, token-major float32."""
    embedding[0].flatten(1).T.contiguous().numpy().tofile(request['embedding'])
    return {'version': torch.__version__}


serve({'encode': encode}, report)
