"""Holds the PyTorch steps of the learned mixers to reference vectors, so that the peer computes the same thing.

    python3 check_torch_learned.py FOLDER     a line for each case of a whole step, and of SUMix: its largest error as a share of the tolerance
"""
import json
import struct
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from torch_learned import AdAutoMix, AutoMix, SUMix
from torch_mix_blocks import AdaptiveMask, MixBlock, SAMixBlock


class TinyNet(nn.Module):
    """The network of the cases: twice convolution, batch norm, ReLU and average pooling."""

    def __init__(self, widths, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(3, widths[0], 3, padding=1, bias=False)
        self.conv2 = nn.Conv2d(*widths, 3, padding=1, bias=False)
        self.bn1, self.bn2 = (nn.BatchNorm2d(width) for width in widths)
        self.fc = nn.Linear(widths[1], classes)

    def features(self, x):
        return F.avg_pool2d(F.relu(self.bn1(self.conv1(x))), 2)

    def embedding(self, features):
        return F.avg_pool2d(F.relu(self.bn2(self.conv2(features))), 2).mean((2, 3))

    def forward(self, x):
        return self.fc(self.embedding(self.features(x)))


def read_case(path):
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    meta = {key: json.loads(text) for key, text in header.pop("__metadata__").items() if text[:1] in "{["}
    tensors = {}
    for name, entry in header.items():
        start, end = (8 + length + offset for offset in entry["data_offsets"])
        kind = np.int32 if entry["dtype"] == "I32" else np.float32
        tensors[name] = torch.from_numpy(np.frombuffer(data[start:end], kind).reshape(entry["shape"]).copy())
    return tensors, meta


def block_of(name, config, channels):
    options = config["mix_block"]
    if name.startswith("adautomix"):
        return AdaptiveMask(channels, options["unsampling_mode"], options["lam_concat"])
    (mode,) = options["unsampling_mode"]
    if options["lam_mul"]:
        return SAMixBlock(channels, mode, options["lam_mul_k"])
    return MixBlock(channels, mode, options["lam_concat"])


def method_of(name, config, net, head, block):
    model, momentum = config["model"], config["momentum"]
    if name.startswith("adautomix"):
        method = AdAutoMix(
            net, head, block, model["mix_samples"], model["beta_radio"], model["mixup_radio"], model["lam_margin"],
            model["adv_interval"], sign=1, momentum=momentum,
        )
        method.steps = config.get("adv_iter", 0)
        return method
    variance = config["mix_block"]["mask_loss_mode"] == "L1+Variance"
    epsilon = config["mix_block"]["mask_loss_margin"]
    return AutoMix(net, head, block, variance, model["mask_loss"], epsilon, model["lam_margin"], momentum=momentum)


def parts_of(method):
    """Modules by their names in the cases, and what the cases call their layers."""
    yield "backbone_q", method.net, {}
    yield "backbone_k", method.teacher, {}
    yield "head_one_q", method.net, {"fc": "fc"}
    yield "head_one_k", method.teacher, {"fc": "fc"}
    yield "head_mix_q", method.head, {"": "fc"}
    yield "head_mix_k", method.teacher_head, {"": "fc"}
    names = {
        MixBlock: {"query": "query.conv", "value": "value"},
        SAMixBlock: {
            "query": "query.conv", "key": "key.conv", "neck": "value.conv.0.conv", "bn": "value.conv.0.bn",
            "value": "value.conv.1.conv",
        },
        AdaptiveMask: {"query": "conv_q.conv", "key": "conv_k.conv", "value": "conv_v"},
    }
    yield "mix_block", method.block, names[type(method.block)]


def tensors_of(method):
    """Every parameter and running statistic by its name in the cases."""
    for part, module, renamed in parts_of(method):
        layers = renamed or {layer: layer for layer in ("conv1", "conv2", "bn1", "bn2")}
        for own, layer in layers.items():
            found = module.get_submodule(own)
            for kind, tensor in [*found.named_parameters(), *found.named_buffers()]:
                if kind != "num_batches_tracked":
                    yield f"{part}.{layer}.{kind}", tensor


def as_ours(wanted, tensor):
    """Kernels of the cases are HWIO and [in,out]."""
    if wanted.ndim == 4:
        return wanted.permute(3, 2, 0, 1).reshape(tensor.shape)
    return wanted.T if wanted.ndim == 2 else wanted


def draws_of(name, tensors):
    if not name.startswith("adautomix"):
        return [(float(tensors[f"inputs.lam_{b}"]), tensors[f"inputs.index_{b}"].long()) for b in ("mb", "bb")]
    draws = []
    for branch in ("mb", "bb"):
        lams = tensors[f"inputs.lam_{branch}"].tolist()
        indices = [tensors[f"inputs.index_{branch}.{place}"].long() for place in range(len(lams))]
        identity = torch.arange(len(indices[0]))
        draws.append((lams, [None if torch.equal(index, identity) else index for index in indices]))
    return draws


class Worst:
    """The largest error as a share of a case's tolerance, and how many tensors were compared."""

    def __init__(self, tolerance):
        self.tolerance, self.share, self.compared = tolerance, 0, 0

    def compare(self, got, wanted):
        limit = self.tolerance["atol"] + self.tolerance["rtol"] * float(wanted.abs().max())
        self.share = max(self.share, float((got.detach() - wanted).abs().max()) / limit)
        self.compared += 1


def check_step(name, tensors, meta):
    config, scalars = meta["config"], meta["scalars"]
    widths = [tensors[f"weights.backbone_q.conv{place}.weight"].shape[-1] for place in (1, 2)]
    classes = tensors["weights.head_one_q.fc.bias"].shape[0]
    net, head = TinyNet(widths, classes), nn.Linear(widths[1], classes)
    method = method_of(name, config, net, head, block_of(name, config, widths[0]))
    with torch.no_grad():
        for key, tensor in tensors_of(method):
            if f"weights.{key}" in tensors:
                tensor.copy_(as_ours(tensors[f"weights.{key}"], tensor))
    x, y = tensors["inputs.image"].permute(0, 3, 1, 2), tensors["inputs.label"].long()
    losses = method.losses(x, y, draws_of(name, tensors))
    sum(losses.values()).backward()

    worst = Worst(meta["tolerance"])
    for key, value in (("gen", "loss_gen"), ("mix_k", "loss_mix_k"), ("one_q", "loss_one_q"), ("mix_q", "loss_mix_q")):
        if key in losses:
            worst.compare(losses[key], torch.tensor(scalars[value]))
    worst.compare(sum(losses.values()), torch.tensor(scalars["loss_total"]))
    for key, tensor in tensors_of(method):
        if f"grads.{key}" in tensors:
            worst.compare(tensor.grad, as_ours(tensors[f"grads.{key}"], tensor))
    sgd = config["sgd"]
    torch.optim.SGD(
        method.trained(), lr=sgd["lr"], momentum=sgd["momentum"], weight_decay=sgd["weight_decay"]
    ).step()
    method.average()
    for key, tensor in tensors_of(method):
        # AdAutoMix' reference looks at clean images once for each source, which moves its teacher's statistics further.
        once = name.startswith("adautomix") and key.startswith("backbone_k") and "running" in key
        if not once and f"outputs.after.{key}" in tensors:
            worst.compare(tensor, as_ours(tensors[f"outputs.after.{key}"], tensor))
    return worst


class Embedded(nn.Module):
    """Images that are their own embedding."""

    def __init__(self, weight, bias):
        super().__init__()
        self.fc = layer_of(weight, bias)

    def features(self, x):
        return x

    def embedding(self, features):
        return features


def layer_of(weight, bias):
    layer = nn.Linear(*weight.shape)
    layer.weight, layer.bias = nn.Parameter(weight.T.contiguous()), nn.Parameter(bias)
    return layer


def check_sumix(_, tensors, meta):
    weights = {key[len("weights.") :]: tensor for key, tensor in tensors.items() if key.startswith("weights.")}
    method = SUMix(Embedded(weights["fc.weight"], weights["fc.bias"]), meta["config"]["gamma"])
    method.uncertain = layer_of(weights["uncertain.weight"], weights["uncertain.bias"])
    leaves = {name: tensors[f"inputs.{name}"].requires_grad_() for name in ("feature_clean", "feature_mixed")}
    y, index = tensors["inputs.y"].long(), tensors["inputs.index"].long()
    loss = method.loss(leaves["feature_clean"], y, leaves["feature_mixed"], index, float(tensors["inputs.lam"]))
    loss.backward()
    worst = Worst(meta["tolerance"])
    worst.compare(loss, torch.tensor(meta["scalars"]["loss.fixed"]))
    for name, leaf in leaves.items():
        worst.compare(leaf.grad, tensors[f"grads.fixed.{name}"])
    for name, layer in (("fc", method.net.fc), ("uncertain", method.uncertain)):
        worst.compare(layer.weight.grad.T, tensors[f"grads.fixed.{name}.weight"])
        worst.compare(layer.bias.grad, tensors[f"grads.fixed.{name}.bias"])
    return worst


def main(folder):
    # Steps named reference have a margin that leaves the learned mask out; the peer of SUMix has the uncertainty layer.
    steps = [path for path in Path(folder).glob("*_step*.safetensors") if "reference" not in path.stem]
    sumix = [path for path in Path(folder).glob("sumix_*.safetensors") if "nonorm" not in path.stem]
    failed = 0
    for path in sorted([*steps, *sumix]):
        worst = (check_sumix if path in sumix else check_step)(path.stem, *read_case(path))
        failed += not worst.share <= 1
        print(f"{path.stem}: {worst.compared} tensors, worst error {worst.share:.3f} of its tolerance")
    return failed or not steps


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
