"""A whole training step on one fixed batch."""
import time

import numpy as np
import torch
import torch.nn.functional as F

from torch_models import build_model, build_optimizer


def read_images(path, shape, memory_format):
    """Images are stored NHWC; gives float32 [B,C,H,W] in the memory format."""
    images = torch.from_numpy(np.fromfile(path, np.float32)).reshape(shape)
    return images.permute(0, 3, 1, 2).contiguous(memory_format=memory_format)


def read_labels(path):
    return torch.from_numpy(np.fromfile(path, np.int32)).long()


def faster_foreach(settings, learning_rate, net):
    """Whether the update is faster with foreach; timed on a copy's weights, which it spoils."""
    times = {}
    for foreach in (False, True):
        copies = [parameter.detach().clone() for parameter in net.parameters()]
        for copy in copies:
            copy.grad = torch.full_like(copy, 1e-3)
        optimizer = build_optimizer(settings, learning_rate, copies, foreach)
        rounds = []
        for _ in range(8):
            started = time.perf_counter()
            optimizer.step()
            rounds.append(time.perf_counter() - started)
        times[foreach] = min(rounds)
    return times[True] < times[False]


class Step:
    def __init__(self, request, memory_format):
        size, settings, rate = request["options"]["size"], request["optimizer"], request["learningRate"]
        self.net = build_model(request["model"], request["options"]).to(memory_format=memory_format)
        self.x = read_images(request["images"], (request["batch"], size, size, 3), memory_format)
        self.y = read_labels(request["labels"])
        foreach = faster_foreach(settings, rate, self.net)
        self.optimizer = build_optimizer(settings, rate, self.net.parameters(), foreach)
        self.about = {"parameters": sum(p.numel() for p in self.net.parameters()), "foreach": foreach}

    def run(self, last):
        loss = F.cross_entropy(self.net(self.x), self.y)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        return loss.item() if last else None
