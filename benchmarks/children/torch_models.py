"""The peers of @mix/models, parameter for parameter; ResNet-20 is that of the accuracy runs in `cifar10`."""
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
import torchvision
from torch import nn

sys.path.insert(0, str(Path(__file__).parent.parent / "cifar10"))
from train import ResNet20  # noqa: E402


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.shortcut = nn.Identity()
        if stride > 1 or inputs != outputs:
            self.shortcut = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)), inplace=True)
        y = self.bn2(self.conv2(y))
        y += self.shortcut(x)
        return F.relu(y, inplace=True)


class ResNet18(nn.Module):
    """torchvision's, with the stem for small images and any width, which torchvision's basic blocks do not allow."""

    def __init__(self, width, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        blocks, inputs = [], width
        for stage, outputs in enumerate([width, 2 * width, 4 * width, 8 * width]):
            blocks += [BasicBlock(inputs, outputs, 1 if stage == 0 else 2), BasicBlock(outputs, outputs, 1)]
            inputs = outputs
        self.blocks = nn.Sequential(*blocks)
        self.fc = nn.Linear(inputs, classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def features(self, x):
        """Those of the third stage."""
        return self.blocks[:6](F.relu(self.bn1(self.conv1(x)), inplace=True))

    def embedding(self, features):
        return torch.flatten(F.adaptive_avg_pool2d(self.blocks[6:](features), 1), 1)

    def forward(self, x):
        return self.fc(self.embedding(self.features(x)))


class SmallResNeXt50(torchvision.models.ResNet):
    """torchvision's, with the stem for small images."""

    def __init__(self, classes):
        super().__init__(
            torchvision.models.resnet.Bottleneck, [3, 4, 6, 3], classes, groups=32, width_per_group=4
        )
        self.conv1 = nn.Conv2d(3, 64, 3, 1, 1, bias=False)
        nn.init.kaiming_normal_(self.conv1.weight, mode="fan_out", nonlinearity="relu")
        self.maxpool = nn.Identity()


class PreactivationBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(inputs)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.shortcut = None
        if inputs != outputs:
            self.shortcut = nn.Conv2d(inputs, outputs, 1, stride, bias=False)

    def forward(self, x):
        active = F.relu(self.bn1(x), inplace=True)
        y = self.conv2(F.relu(self.bn2(self.conv1(active)), inplace=True))
        y += x if self.shortcut is None else self.shortcut(active)
        return y


class WideResNet(nn.Module):
    """WRN-16-8 for small images."""

    def __init__(self, classes, depth=16, factor=8):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        blocks, inputs = [], 16
        for stage, outputs in enumerate([16 * factor, 32 * factor, 64 * factor]):
            for index in range((depth - 4) // 6):
                blocks.append(PreactivationBlock(inputs, outputs, 2 if stage > 0 and index == 0 else 1))
                inputs = outputs
        self.blocks = nn.Sequential(*blocks)
        self.bn = nn.BatchNorm2d(inputs)
        self.fc = nn.Linear(inputs, classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x):
        x = F.relu(self.bn(self.blocks(self.conv1(x))), inplace=True)
        return self.fc(torch.flatten(F.adaptive_avg_pool2d(x, 1), 1))


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads, self.scale = heads, (width // heads) ** -0.5
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x):
        batch, tokens, width = x.shape
        qkv = self.qkv(x).reshape(batch, tokens, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        q, k, v = qkv.unbind(0)
        weights = ((q * self.scale) @ k.transpose(-2, -1)).softmax(-1)
        return self.proj((weights @ v).transpose(1, 2).reshape(batch, tokens, width))


class TransformerBlock(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width, eps=1e-6), nn.LayerNorm(width, eps=1e-6)
        self.attention = Attention(width, heads)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class DeitTiny(nn.Module):
    """Written as timm's eager path computes it."""

    def __init__(self, size, patch, classes, width=192, depth=12, heads=3):
        super().__init__()
        self.patches = nn.Conv2d(3, width, patch, patch)
        self.token = nn.Parameter(torch.zeros(1, 1, width))
        self.positions = nn.Parameter(torch.randn(1, (size // patch) ** 2 + 1, width) * 0.02)
        self.blocks = nn.Sequential(*(TransformerBlock(width, heads) for _ in range(depth)))
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.head = nn.Linear(width, classes)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.trunc_normal_(module.weight, std=0.02)
                nn.init.zeros_(module.bias)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat((self.token.expand(len(x), -1, -1), x), 1) + self.positions
        return self.head(self.norm(self.blocks(x))[:, 0])


def build_model(name, options):
    torch.manual_seed(0)
    classes = options["classes"]
    if name == "resnet18":
        return ResNet18(options["width"], classes)
    if name == "resnet20":
        return ResNet20(classes)
    if name == "resnet50":
        return torchvision.models.resnet50(num_classes=classes)
    if name == "resnext50":
        return SmallResNeXt50(classes)
    if name == "wrn-16-8":
        return WideResNet(classes)
    if name == "deit-tiny":
        return DeitTiny(options["size"], options["patch"], classes)
    if name == "convnext-tiny":
        return torchvision.models.convnext_tiny(num_classes=classes, stochastic_depth_prob=0.0)
    raise ValueError(f"no model {name}")


def build_optimizer(settings, learning_rate, parameters, foreach):
    decay = settings["weightDecay"]
    if settings["kind"] == "sgd":
        return torch.optim.SGD(
            parameters,
            lr=learning_rate,
            momentum=settings["momentum"],
            nesterov=True,
            weight_decay=decay,
            foreach=foreach,
        )
    return torch.optim.AdamW(parameters, lr=learning_rate, weight_decay=decay, foreach=foreach)
