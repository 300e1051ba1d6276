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


def paste_box(x):
    """CutMix' images, the partners and the own share."""
    lam, partner = np.random.beta(1, 1), torch.randperm(len(x))
    height, width = x.shape[2:]
    cut = math.sqrt(1 - lam)
    cut_h, cut_w = int(height * cut), int(width * cut)
    cy, cx = np.random.randint(height), np.random.randint(width)
    y1, y2 = max(cy - cut_h // 2, 0), min(cy + cut_h // 2, height)
    x1, x2 = max(cx - cut_w // 2, 0), min(cx + cut_w // 2, width)
    mixed = x.clone()
    mixed[:, :, y1:y2, x1:x2] = x[partner, :, y1:y2, x1:x2]
    return mixed, partner, 1 - (y2 - y1) * (x2 - x1) / (height * width)


def cutmix(x, y, classes):
    mixed, partner, lam = paste_box(x)
    return mixed, soft_targets(y, partner, lam, classes)


def by_mask(x, y, classes, mask, lam):
    """Weights the own image with mask, a float32 [H,W] array, and its label with lam."""
    partner = torch.randperm(len(x))
    return x[partner].lerp_(x, torch.from_numpy(mask)), soft_targets(y, partner, lam, classes)


def fmix(x, y, classes):
    height, width = x.shape[2:]
    lam, total = np.random.beta(1, 1), height * width
    f = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width))
    noise = np.random.randn(*f.shape, 2) / np.maximum(f, 1 / max(height, width))[..., None] ** 3
    grey = np.fft.irfft2(noise[..., 0] + 1j * noise[..., 1], (height, width)).ravel()
    count = round(lam * total)
    mask = np.zeros(total, np.float32)
    mask[np.argpartition(grey, total - count)[total - count:] if count else []] = 1
    return by_mask(x, y, classes, mask.reshape(height, width), count / total)


def gridmix(x, y, classes):
    height, width = x.shape[2:]
    lam, area = np.random.beta(1, 1), int(height * width * np.random.uniform(0.5, 1))
    aspect, across = np.random.uniform(0.5, 2), np.random.randint(2, 7)
    crop_w = int(math.sqrt(area / aspect))
    crop_h, crop_w = min(int(crop_w * aspect), height), min(crop_w, width)
    patch = math.ceil(crop_w / across)
    hole = min(max(int(patch * math.sqrt(1 - lam)), 1), patch - 1)
    top, left = np.random.randint(height - crop_h + 1), np.random.randint(width - crop_w + 1)
    rows, columns = np.arange(crop_h) % patch < hole, np.arange(crop_w) % patch < hole
    mask = np.ones((height, width), np.float32)
    mask[top:top + crop_h, left:left + crop_w] = ~(rows[:, None] & columns)
    return by_mask(x, y, classes, mask, mask.mean())


def resizemix(x, y, classes):
    height, width = x.shape[2:]
    tau, partner = np.random.uniform(0.1, 0.8), torch.randperm(len(x))
    half_h, half_w = int(height * tau) // 2, int(width * tau) // 2
    cy, cx = np.random.randint(height), np.random.randint(width)
    y1, y2, x1, x2 = max(cy - half_h, 0), min(cy + half_h, height), max(cx - half_w, 0), min(cx + half_w, width)
    mixed = x.clone()
    if y2 > y1 and x2 > x1:
        mixed[:, :, y1:y2, x1:x2] = F.interpolate(x, (y2 - y1, x2 - x1), mode="nearest")[partner]
    lam = 1 - (y2 - y1) * (x2 - x1) / (height * width)
    return mixed, soft_targets(y, partner, lam, classes)


def gaussian(height, width, cy, cx, decay):
    rows, columns = np.exp(-decay * (np.arange(height) - cy) ** 2), np.exp(-decay * (np.arange(width) - cx) ** 2)
    return np.outer(rows, columns).astype(np.float32)


def smoothmix(x, y, classes):
    height, width = x.shape[2:]
    cy, cx = np.random.uniform(0, height), np.random.uniform(0, width)
    mask = 1 - gaussian(height, width, cy, cx, 0.5 / np.random.uniform(height / 4, height / 2) ** 2)
    return by_mask(x, y, classes, mask, mask.mean())


def hmix(x, y, classes):
    lam = np.random.beta(1, 1)
    height, width = x.shape[2:]
    side = math.sqrt((1 - lam) * 0.5)
    half_h, half_w = int(height * side) // 2, int(width * side) // 2
    cy, cx = np.random.randint(height), np.random.randint(width)
    box = slice(max(cy - half_h, 0), cy + half_h), slice(max(cx - half_w, 0), cx + half_w)
    mask = np.ones((height, width), np.float32)
    mask[box] = 0
    return by_mask(x, y, classes, mask * np.float32(lam / mask.mean()), lam)


def gmix(x, y, classes):
    lam = np.random.beta(1, 1)
    height, width = x.shape[2:]
    decay = math.pi / (max(min(lam, 1 - lam), 1e-6) * height * width)
    bump = gaussian(height, width, np.random.randint(height), np.random.randint(width), decay)
    mask = bump if lam < 0.5 else 1 - bump
    return by_mask(x, y, classes, mask, mask.mean())


mixers = {
    "mixup": mixup,
    "cutmix": cutmix,
    "fmix": fmix,
    "gridmix": gridmix,
    "resizemix": resizemix,
    "smoothmix": smoothmix,
    "hmix": hmix,
    "gmix": gmix,
}


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
