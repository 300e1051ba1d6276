"""The generators of masks: AutoMix' and SAMix' block, and AdAutoMix' adaptive mask.

Their 1x1 convolutions are linear, so they commute with permuting the batch and with scaling by λ: one product projects the
features of a batch, for the generator's masks and the classifier's alike. λ given as a further channel adds λ times its weights.
"""
import math

import torch
import torch.nn.functional as F
from torch import nn


def linear(inputs, outputs, bias=True):
    layer = nn.Linear(inputs, outputs, bias)
    nn.init.normal_(layer.weight, std=0.01)
    if bias:
        nn.init.zeros_(layer.bias)
    return layer


def rows(features):
    """[N,C,h,w] as [N,P,C], without a copy if channels lie last."""
    return features.permute(0, 2, 3, 1).flatten(1, 2)


def attend(query, key, value):
    """softmax(query keyᵀ / √d) value, for values of one channel: [N,P]."""
    scores = torch.bmm(query / math.sqrt(query.shape[-1]), key.transpose(1, 2))
    return torch.bmm(scores.softmax(-1), value).squeeze(-1)


def rescale(lam, k):
    """λ, flattened in the middle; as it is for k below 0."""
    return lam if k < 0 else ((4 / 3) * lam**3 - 2 * lam**2 + (k + 1) * lam) / (k + 1 / 3)


class MixBlock(nn.Module):
    """AutoMix': one projection for query and key, λ not seen or as a further channel."""

    def __init__(self, channels, mode="nearest", lam_concat=False):
        super().__init__()
        self.channels, self.mode, self.lam_concat = channels, mode, lam_concat
        self.query = linear(channels + lam_concat, channels // 2)
        self.value = linear(channels + lam_concat, 1)

    def project(self, features):
        weight = torch.cat((self.query.weight, self.value.weight))[:, : self.channels]
        return F.linear(rows(features), weight, torch.cat((self.query.bias, self.value.bias)))

    def mask(self, projected, lam, index, shape, scale):
        """The share of the partners, [N,1,H,W]."""
        own, partner = projected, projected.index_select(0, index)
        if self.lam_concat:
            column = torch.cat((self.query.weight, self.value.weight))[:, -1]
            own, partner = own + lam * column, partner + (1 - lam) * column
        logit = attend(own[..., :-1], partner[..., :-1], partner[..., -1:]).view(-1, 1, *shape)
        return F.interpolate(logit, scale_factor=scale, mode=self.mode).sigmoid()


class SAMixBlock(nn.Module):
    """SAMix': query and key of both images, λ as a factor, a value of two layers."""

    def __init__(self, channels, mode="bilinear", k=0.25):
        super().__init__()
        self.channels, self.mode, self.k = channels, mode, k
        self.query, self.key = linear(2 * channels, channels // 2), linear(2 * channels, channels // 2)
        self.neck, self.value = linear(channels, channels // 2, False), linear(channels // 2, 1, False)
        self.bn = nn.BatchNorm1d(channels // 2)

    def project(self, features):
        halves = [*self.query.weight.split(self.channels, 1), *self.key.weight.split(self.channels, 1)]
        return F.linear(rows(features), torch.cat((*halves, self.neck.weight)))

    def mask(self, projected, lam, index, shape, scale):
        lam = rescale(lam, self.k)
        width = self.channels // 2
        partner = projected.index_select(0, index) * (2 - lam)
        query = projected[..., :width] * (1 + lam) + partner[..., width : 2 * width] + self.query.bias
        key = projected[..., 2 * width : 3 * width] * (1 + lam) + partner[..., 3 * width : 4 * width] + self.key.bias
        hidden = F.elu(self.bn(partner[..., 4 * width :].flatten(0, 1)))
        value = self.value(hidden).view(*partner.shape[:2], 1)
        logit = attend(query, key, value).view(-1, 1, *shape)
        return F.interpolate(logit, scale_factor=scale, mode=self.mode, align_corners=False).sigmoid()


class AdaptiveMask(nn.Module):
    """AdAutoMix': each image against the others, a softmax over images in each pixel."""

    def __init__(self, channels, mode="bilinear", lam_concat=False):
        super().__init__()
        self.channels, self.mode, self.lam_concat = channels, mode, lam_concat
        inputs = channels + lam_concat
        self.query, self.key, self.value = linear(inputs, channels // 2), linear(inputs, channels // 2), linear(inputs, 1)

    def _joined(self, name):
        return torch.cat([getattr(layer, name) for layer in (self.query, self.key, self.value)])

    def project(self, features):
        return F.linear(rows(features), self._joined("weight")[:, : self.channels], self._joined("bias"))

    def mask(self, projected, lams, indices, shape, scale):
        """The share of each image, [N,K,H,W]."""
        width = self.channels // 2
        sources = [projected if index is None else projected.index_select(0, index) for index in indices]
        if self.lam_concat:
            column = self._joined("weight")[:, -1]
            sources = [source + lam * column for source, lam in zip(sources, lams)]
        keys = [source[..., width : 2 * width].relu() for source in sources]
        total = sum(keys)
        logits = [
            attend(source[..., :width].relu(), total - key if len(keys) > 2 else keys[1 - place], source[..., -1:])
            for place, (source, key) in enumerate(zip(sources, keys))
        ]
        stacked = torch.stack(logits, 1).view(-1, len(logits), *shape)
        options = {} if self.mode == "nearest" else {"align_corners": False}
        return F.interpolate(stacked, scale_factor=scale, mode=self.mode, **options).softmax(1)
