"""Mixers in plain PyTorch: draw, mix the images, give the targets; each written as fast as eager PyTorch allows."""
import math

import numpy as np
import torch
import torch.nn.functional as F

from torch_step import read_images, read_labels


def soft_targets(y, partner, lam, classes):
    one_hot = F.one_hot(y, classes).float()
    return lam * one_hot + (1 - lam) * one_hot[partner]


def mixup(x, y, classes):
    lam, partner = np.random.beta(1, 1), torch.randperm(len(x))
    return x[partner].lerp_(x, lam), soft_targets(y, partner, lam, classes)


def cutmix(x, y, classes):
    lam, partner = np.random.beta(1, 1), torch.randperm(len(x))
    height, width = x.shape[2:]
    cut = math.sqrt(1 - lam)
    cut_h, cut_w = int(height * cut), int(width * cut)
    cy, cx = np.random.randint(height), np.random.randint(width)
    y1, y2 = max(cy - cut_h // 2, 0), min(cy + cut_h // 2, height)
    x1, x2 = max(cx - cut_w // 2, 0), min(cx + cut_w // 2, width)
    mixed = x.clone()
    mixed[:, :, y1:y2, x1:x2] = x[partner, :, y1:y2, x1:x2]
    lam = 1 - (y2 - y1) * (x2 - x1) / (height * width)
    return mixed, soft_targets(y, partner, lam, classes)


mixers = {"mixup": mixup, "cutmix": cutmix}


class Mixer:
    def __init__(self, request, memory_format):
        if request["mixer"] not in mixers:
            raise ValueError(f"{request['mixer']} has no PyTorch peer here")
        np.random.seed(0)
        torch.manual_seed(0)
        self.mix, self.classes = mixers[request["mixer"]], request["classes"]
        self.x = read_images(request["images"], request["shape"], memory_format)
        self.y = read_labels(request["labels"])
        self.about = {}

    def run(self, last):
        with torch.no_grad():
            self.mix(self.x, self.y, self.classes)
