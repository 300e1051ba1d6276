"""The peer of `mix train` for the comparison in README.md: ResNet-20 on CIFAR-10 shards, with PyTorch alone.

    python3 train.py SHARDS --seed 0 --mixer none --out results.jsonl
"""
import argparse
import io
import json
import math
import tarfile
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn


def read_shards(folder, split, limit):
    images, labels = [], []
    for shard in sorted(Path(folder).glob(f"{split}-*.tar")):
        with tarfile.open(shard) as tar:
            for member in tar:
                data = tar.extractfile(member).read()
                if member.name.endswith(".jpg"):
                    images.append(np.asarray(Image.open(io.BytesIO(data)).convert("RGB")))
                else:
                    labels.append(int(data))
                if len(images) == limit and len(labels) == limit:
                    return torch.tensor(np.stack(images)).permute(0, 3, 1, 2), torch.tensor(labels)
    return torch.tensor(np.stack(images)).permute(0, 3, 1, 2), torch.tensor(labels)


class Block(nn.Module):
    """Two 3x3 convolutions; the shortcut is the identity, subsampled and zero-padded (He et al.'s option A)."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.stride, self.extra = stride, outputs - inputs

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        if self.stride > 1 or self.extra > 0:
            half = self.extra // 2
            x = F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, half, self.extra - half))
        return F.relu(y + x)


class ResNet20(nn.Module):
    def __init__(self, classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        widths = [(16, 16, 1), (16, 32, 2), (32, 64, 2)]
        self.stages = nn.ModuleList(
            nn.Sequential(Block(a, b, s), Block(b, b, 1), Block(b, b, 1)) for a, b, s in widths
        )
        self.fc = nn.Linear(64, classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        for stage in self.stages:
            x = stage(x)
        return self.fc(x.mean((2, 3)))


MEAN = torch.tensor([0.4914, 0.4822, 0.4465]).view(1, 3, 1, 1)
STD = torch.tensor([0.2470, 0.2435, 0.2616]).view(1, 3, 1, 1)


def augment(images):
    """Flip with probability one half, pad 4 with black, crop; per image."""
    size = len(images)
    images = torch.where(torch.rand(size, 1, 1, 1) < 0.5, images.flip(3), images)
    padded = F.pad(images, (4, 4, 4, 4))
    out = torch.empty_like(images)
    for row, (y, x) in enumerate(torch.randint(0, 9, (size, 2)).tolist()):
        out[row] = padded[row, :, y : y + 32, x : x + 32]
    return out


def cutmix(x, y, alpha=1.0):
    size, _, height, width = x.shape
    lam, partner = np.random.beta(alpha, alpha), torch.randperm(size)
    cut_h, cut_w = int(height * math.sqrt(1 - lam)), int(width * math.sqrt(1 - lam))
    cy, cx = np.random.randint(height), np.random.randint(width)
    y1, y2 = max(cy - cut_h // 2, 0), min(cy + cut_h // 2, height)
    x1, x2 = max(cx - cut_w // 2, 0), min(cx + cut_w // 2, width)
    mixed = x.clone()
    mixed[:, :, y1:y2, x1:x2] = x[partner, :, y1:y2, x1:x2]
    return mixed, y[partner], 1 - (y2 - y1) * (x2 - x1) / (height * width)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shards")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--mixer", choices=["none", "cutmix"], default="none")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--train-limit", type=int, default=10000)
    parser.add_argument("--test-limit", type=int, default=2000)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", default="-")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    np.random.seed(args.seed)
    images, labels = read_shards(args.shards, "train", args.train_limit)
    test_images, test_labels = read_shards(args.shards, "test", args.test_limit)
    net = ResNet20().to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9, nesterov=True, weight_decay=5e-4)
    steps = args.epochs * math.ceil(len(images) / args.batch_size)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda t: 0.5 * (1 + math.cos(math.pi * t / steps)))
    started = time.perf_counter()
    for _ in range(args.epochs):
        net.train()
        for rows in torch.randperm(len(images)).split(args.batch_size):
            x = (augment(images[rows]).float() / 255 - MEAN) / STD
            y = labels[rows]
            x = x.contiguous(memory_format=torch.channels_last)
            if args.mixer == "cutmix":
                mixed, partner_y, lam = cutmix(x, y)
                z = net(mixed)
                loss = lam * F.cross_entropy(z, y) + (1 - lam) * F.cross_entropy(z, partner_y)
            else:
                loss = F.cross_entropy(net(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    seconds = time.perf_counter() - started
    net.eval()
    with torch.no_grad():
        hits = sum(
            (net((x.float() / 255 - MEAN) / STD).argmax(1) == y).sum().item()
            for x, y in zip(test_images.split(500), test_labels.split(500))
        )
    record = {"peer": f"pytorch {torch.__version__}", **vars(args), "top1": hits / len(test_images), "seconds": seconds}
    del record["shards"], record["out"]
    line = json.dumps(record)
    print(line)
    if args.out != "-":
        with open(args.out, "a") as file:
            file.write(line + "\n")


if __name__ == "__main__":
    main()
