"""The prototype's side of `bench train-step`: python prototype_step.py INPUTS WEIGHTS PROTOTYPE_FOLDER [--threads 2] [--chunk 4]

Runs the forward and the gradient graph that PROTOTYPE_FOLDER/decoder_step.py builds, in onnxruntime, `chunk` boxes at a time.
"""
import argparse
import sys

import numpy as np
import onnxruntime as ort
import torch
from safetensors.torch import load_file

from contender import serve
from sam_decoder import load_decoder

parser = argparse.ArgumentParser()
parser.add_argument('inputs')
parser.add_argument('weights')
parser.add_argument('prototype')
parser.add_argument('--threads', type=int, default=2)
parser.add_argument('--chunk', type=int, default=0, help='boxes a run of the graph; 0 takes all at once')
arguments = parser.parse_args()
sys.path.insert(0, arguments.prototype)
from decoder_step import build  # noqa: E402

inputs, weights = load_file(arguments.inputs), load_file(arguments.weights)
count = len(inputs['boxes'])
chunk = arguments.chunk or count
prompts = load_decoder(arguments.weights).prompt_encoder
with torch.no_grad():
    sparse = prompts(points=None, boxes=inputs['boxes'], masks=None)[0].numpy()
    position = prompts.get_dense_pe()[0].reshape(256, 4096).T.contiguous().numpy()
# Rows in the graph's order: a token, then its 2x2 pixels, then theirs.
target = inputs['target'].float().reshape(count, 64, 2, 2, 64, 2, 2).permute(0, 1, 4, 2, 5, 3, 6).reshape(count, -1).numpy()
image = {'emb': inputs['embedding'].numpy(), 'pe': position, 'no_mask': weights['prompt_encoder.no_mask_embed.weight'][0].numpy()}


def runner(train):
    graph, outputs, values, _ = build(chunk, weights, train=train)
    options = ort.SessionOptions()
    options.intra_op_num_threads = arguments.threads
    session = ort.InferenceSession(graph.model(outputs).SerializeToString(), options)
    wanted = {value.name for value in session.get_inputs()}
    constant = {name: value for name, value in {**image, **values}.items() if name in wanted}

    def run():
        total = None
        for start in range(0, count, chunk):
            part = slice(start, start + chunk)
            varying = {'sparse': np.ascontiguousarray(sparse[part]), 'gt': np.ascontiguousarray(target[part])}
            out = session.run(None, {**constant, **{name: value for name, value in varying.items() if name in wanted}})
            total = [a + b for a, b in zip(total, out)] if train and total else out
        return total

    return run


forward, step = runner(False), runner(True)
serve({'forward': forward, 'step': step}, lambda request: {'losses': {'loss': float(step()[0]) * chunk / count}})
