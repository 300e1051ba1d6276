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
