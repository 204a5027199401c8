"""The training loss of SAM's paper on logits: 20 focal + dice + mean squared error of the predicted IoU."""
import torch
import torch.nn.functional as F


def sam_loss(logits, iou, target):
    """Logits and target [N, H, W], predicted IoU [N] -> dict of scalar tensors, each a mean over the N masks."""
    logits, target = logits.flatten(1), target.flatten(1)
    probability = logits.sigmoid()
    error = F.binary_cross_entropy_with_logits(logits, target, reduction='none')
    right = probability * target + (1 - probability) * (1 - target)
    weight = 0.25 * target + 0.75 * (1 - target)
    focal = (weight * (1 - right) ** 2 * error).mean(1).mean()
    dice = (1 - (2 * (probability * target).sum(1) + 1) / (probability.sum(1) + target.sum(1) + 1)).mean()
    mse = ((iou - true_iou(logits, target)) ** 2).mean()
    return {'loss': 20 * focal + dice + mse, 'focal': focal, 'dice': dice, 'iou_mse': mse}


@torch.no_grad()
def true_iou(logits, target):
    """IoU of the mask `logits > 0` with the target, one a row."""
    mask = (logits > 0).float()
    overlap = (mask * target).sum(1)
    return overlap / (mask.sum(1) + target.sum(1) - overlap + 1e-7)
