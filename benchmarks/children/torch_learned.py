"""Training steps of the learned mixers on one fixed batch, written for speed: nothing is kept of passes that have no gradient, one
backward pass serves classifier and generator, averages are updated in place."""
import copy
import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from torch_mix_blocks import AdaptiveMask, MixBlock, SAMixBlock
from torch_mixers import paste_box
from torch_models import build_model, build_optimizer
from torch_step import faster_foreach, read_images, read_labels


def pick(x, index):
    return x if index is None else x.index_select(0, index)


def mixed_cross_entropy(logits, y, lams, indices):
    log = F.log_softmax(logits, 1)
    return sum(lam * F.nll_loss(log, pick(y, index)) for lam, index in zip(lams, indices))


def blend(x, masks, indices):
    """Images by their shares, [N,K,H,W] or numbers."""
    if len(indices) == 2:
        return torch.lerp(pick(x, indices[0]), pick(x, indices[1]), masks[:, 1:] if torch.is_tensor(masks) else masks[1])
    shares = masks.split(1, 1) if torch.is_tensor(masks) else masks
    return sum(pick(x, index) * share for share, index in zip(shares, indices))


class Pipeline(nn.Module):
    """Student, its momentum teacher, a head for mixes beside the network's own, and a generator of masks."""

    def __init__(self, net, head, block, momentum=0.999):
        super().__init__()
        self.net, self.head, self.block, self.momentum = net, head, block, momentum
        self.teacher, self.teacher_head = copy.deepcopy(net), copy.deepcopy(head)
        for parameter in [*self.teacher.parameters(), *self.teacher_head.parameters()]:
            parameter.requires_grad_(False)

    def trained(self):
        return [parameter for parameter in self.parameters() if parameter.requires_grad]

    def look(self, x):
        """The teacher's features and embeddings of clean images."""
        with torch.no_grad():
            features = self.teacher.features(x)
            return features, self.teacher.embedding(features)

    def judge(self, mixed):
        """The teacher's logits of mixed images, through which the gradient reaches the generator."""
        return self.teacher_head(self.teacher.embedding(self.teacher.features(mixed)))

    def classify_clean(self, x, y):
        return F.cross_entropy(self.net(x), y)

    def classify_mixed(self, mixed, y, lams, indices):
        return mixed_cross_entropy(self.head(self.net.embedding(self.net.features(mixed))), y, lams, indices)

    @torch.no_grad()
    def average(self):
        pairs = [(self.teacher, self.net), (self.teacher_head, self.head)]
        for teacher, student in pairs:
            for average, value in zip(teacher.parameters(), student.parameters()):
                average.lerp_(value, 1 - self.momentum)


class AutoMix(Pipeline):
    """AutoMix with a `MixBlock`, SAMix with a `SAMixBlock`."""

    def __init__(self, net, head, block, variance=False, mask_loss=0.1, epsilon=0.1, margin=0.08, **options):
        super().__init__(net, head, block, **options)
        self.variance, self.mask_loss, self.epsilon, self.margin = variance, mask_loss, epsilon, margin

    def draw(self, size):
        return [(np.random.beta(2, 2), torch.randperm(size)) for _ in range(2)]

    def losses(self, x, y, draws):
        (lam, index), (lam_student, index_student) = draws
        features, _ = self.look(x)
        shape, scale = features.shape[2:], x.shape[2] // features.shape[2]
        projected = self.block.project(features)
        mask = self.block.mask(projected, lam, index, shape, scale)
        with torch.no_grad():
            second = self.block.mask(projected, lam_student, index_student, shape, scale)
            if min(lam_student, 1 - lam_student) <= self.margin:
                second = torch.full_like(second, 1 - lam_student)
            mixed = torch.lerp(x, x[index_student], second)
        mean = mask.mean()
        area = F.relu((1 - mean - lam).abs() - self.epsilon)
        spread = 2 * (mask - mean).square().mean() if self.variance else 0
        judged = self.judge(torch.lerp(x, x[index], mask))
        shares, students = (lam, 1 - lam), (lam_student, 1 - lam_student)
        return {
            "mix_k": mixed_cross_entropy(judged, y, shares, (None, index)),
            "mask": self.mask_loss * (area - spread),
            "one_q": self.classify_clean(x, y),
            "mix_q": self.classify_mixed(mixed, y, students, (None, index_student)),
        }


class AdAutoMix(Pipeline):
    """AdAutoMix of a fixed number of images; one clean pass of the teacher serves features and all clean logits."""

    def __init__(self, net, head, block, images, beta=0.3, ratio=0.5, margin=0.03, interval=2, sign=-1, **options):
        super().__init__(net, head, block, **options)
        self.images, self.beta, self.ratio, self.margin = images, beta, ratio, margin
        self.interval, self.sign, self.steps = interval, sign, 0

    def draw(self, size):
        if self.images == 2:
            return [((lam, 1 - lam), (None, torch.randperm(size))) for lam in np.random.rand(2)]
        raw = np.random.rand(self.images)
        lams = (raw / raw.sum()).tolist()
        return [(lams, [torch.randperm(size) for _ in lams]) for _ in range(2)]

    def losses(self, x, y, draws):
        (lams, indices), (lams_student, indices_student) = draws
        features, embedding = self.look(x)
        shape, scale = features.shape[2:], x.shape[2] // features.shape[2]
        projected = self.block.project(features)
        masks = self.block.mask(projected, lams, indices, shape, scale)
        with torch.no_grad():
            student_masks = self.block.mask(projected, lams_student, indices_student, shape, scale)
            if min(lams_student) <= self.margin or max(lams_student) >= 1 - self.margin:
                student_masks = lams_student
            mixed = blend(x, student_masks, indices_student)
        judged = self.judge(blend(x, masks, indices))
        losses = {"gen": mixed_cross_entropy(judged, y, lams, indices)}
        if self.steps % self.interval == 0:
            clean = self.teacher_head(embedding)
            cosines = [F.cosine_similarity(judged, pick(clean, index)).mean() for index in indices]
            cosine = sum(lam * one for lam, one in zip(lams, cosines))
            losses["gen"] = -self.beta * losses["gen"] + self.sign * (1 - self.beta) * cosine
        self.steps += 1
        losses["one_q"] = self.classify_clean(x, y)
        if self.images > 2:
            with torch.no_grad():
                plain = blend(x, lams_student, indices_student)
            plain_loss = self.classify_mixed(plain, y, lams_student, indices_student)
            losses["one_q"] = (1 - self.ratio) * losses["one_q"] + self.ratio * plain_loss
        losses["mix_q"] = self.classify_mixed(mixed, y, lams_student, indices_student)
        return losses


class Plain(nn.Module):
    """No mixing."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def trained(self):
        return list(self.parameters())

    def draw(self, size):
        return None

    def losses(self, x, y, draws):
        return {"one_q": F.cross_entropy(self.net(x), y)}

    def average(self):
        pass


class CutMix(Plain):
    def losses(self, x, y, draws):
        mixed, partner, lam = paste_box(x)
        return {"mix_q": mixed_cross_entropy(self.net(mixed), y, (lam, 1 - lam), (None, partner))}


class SUMix(Plain):
    """CutMix + SUMix, with the ratio by distance."""

    def __init__(self, net, gamma=0.5):
        super().__init__(net)
        self.gamma = gamma
        self.uncertain = nn.Linear(net.fc.in_features, net.fc.out_features)

    def losses(self, x, y, draws):
        return {"mix_q": self.loss(x, y, *paste_box(x))}

    def loss(self, x, y, mixed, partner, lam):
        partners = y[partner]
        clean, seen = (self.net.embedding(self.net.features(images)) for images in (x, mixed))
        logits, mixed_logits = self.net.fc(clean), self.net.fc(seen)
        u, mixed_u = (F.normalize(self.uncertain(g).softmax(1)) for g in (clean, seen))
        with torch.no_grad():
            p, mixed_p = logits.softmax(1), mixed_logits.softmax(1)
            differ = (y != partners).float()[:, None]
            foreign = F.one_hot(torch.stack((partners, y)), p.shape[1]) * differ
            difference = mixed_p - torch.stack((p, p[partner])) * (1 - foreign)
            distance = difference.norm(dim=2)
            weight = torch.sigmoid(math.log(lam / (1 - lam)) + distance[1] - distance[0]) if 0 < lam < 1 else lam
            alpha = F.normalize(difference.softmax(2), dim=2)
        log = F.log_softmax(mixed_logits, 1)
        own, other = (F.nll_loss(log, labels, reduction="none") for labels in (y, partners))
        first, second = (torch.exp(-(source + mixed_u + a)) for source, a in zip((u, u[partner]), alpha))
        regulariser = lam * F.cross_entropy(first, y) + (1 - lam) * F.cross_entropy(second, partners)
        return (weight * own + (1 - weight) * other).mean() + self.gamma * regulariser


def build_method(name, net):
    channels, width, classes = 256 * net.fc.in_features // 512, net.fc.in_features, net.fc.out_features
    head = nn.Linear(width, classes)
    builders = {
        "none": lambda: Plain(net),
        "cutmix": lambda: CutMix(net),
        "cutmix+sumix": lambda: SUMix(net),
        "automix": lambda: AutoMix(net, head, MixBlock(channels)),
        "samix": lambda: AutoMix(net, head, SAMixBlock(channels), variance=True),
        "adautomix-2": lambda: AdAutoMix(net, head, AdaptiveMask(channels), images=2),
        "adautomix-3": lambda: AdAutoMix(net, head, AdaptiveMask(channels), images=3),
    }
    if name not in builders:
        raise ValueError(f"{name} has no PyTorch peer here")
    return builders[name]()


class Learned:
    def __init__(self, request, memory_format):
        np.random.seed(0)
        size, settings, rate = request["options"]["size"], request["optimizer"], request["learningRate"]
        net = build_model(request["model"], request["options"])
        self.method = build_method(request["method"], net).to(memory_format=memory_format)
        self.x = read_images(request["images"], (request["batch"], size, size, 3), memory_format)
        self.y = read_labels(request["labels"])
        foreach = faster_foreach(settings, rate, net)
        trained = self.method.trained()
        self.optimizer = build_optimizer(settings, rate, trained, foreach)
        self.about = {"parameters": sum(p.numel() for p in trained), "foreach": foreach}

    def run(self, last):
        losses = self.method.losses(self.x, self.y, self.method.draw(len(self.x)))
        loss = sum(losses.values())
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        self.method.average()
        return loss.item() if last else None
