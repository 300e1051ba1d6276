"""Convolutional networks that torchvision has not, written from the papers, under the names of the files that are published of them.

Wide ResNet has the names of xternalz/WideResNet-pytorch, the pre-activation ResNet those of kuangliu/pytorch-cifar, Xception timm's and
NEXcepTion those of its authors' code.
"""
import torch
from torch import nn
from torch.nn import functional


def conv(inner, outer, size, stride=1, pad=None, groups=1):
    return nn.Conv2d(inner, outer, size, stride, size // 2 if pad is None else pad, groups=groups, bias=False)


class PreactivationBlock(nn.Module):
    """The convolution around it is called by the name that is given; the one called `shortcut` is in a list."""

    def __init__(self, inner, outer, stride, shortcut):
        super().__init__()
        self.bn1, self.conv1 = nn.BatchNorm2d(inner), conv(inner, outer, 3, stride)
        self.bn2, self.conv2 = nn.BatchNorm2d(outer), conv(outer, outer, 3)
        self.around = shortcut if stride > 1 or inner != outer else None
        if self.around == "shortcut":
            self.shortcut = nn.Sequential(conv(inner, outer, 1, stride))
        elif self.around is not None:
            setattr(self, shortcut, conv(inner, outer, 1, stride))

    def forward(self, x):
        active = functional.relu(self.bn1(x))
        branch = self.conv2(functional.relu(self.bn2(self.conv1(active))))
        return branch + (x if self.around is None else getattr(self, self.around)(active))


class Layers(nn.Module):
    def __init__(self, layers):
        super().__init__()
        self.layer = nn.Sequential(*layers)

    def forward(self, x):
        return self.layer(x)


class WideResnet(nn.Module):
    def __init__(self, classes, depth, factor):
        super().__init__()
        self.conv1, inner = conv(3, 16, 3), 16
        for stage, outer in enumerate((16 * factor, 32 * factor, 64 * factor)):
            sizes = [(inner, 1 + (stage > 0)), *[(outer, 1)] * ((depth - 4) // 6 - 1)]
            blocks = (PreactivationBlock(size, outer, stride, "convShortcut") for size, stride in sizes)
            setattr(self, f"block{stage + 1}", Layers(blocks))
            inner = outer
        self.bn1, self.fc = nn.BatchNorm2d(inner), nn.Linear(inner, classes)

    def forward(self, x):
        x = self.block3(self.block2(self.block1(self.conv1(x))))
        return self.fc(functional.relu(self.bn1(x)).mean((2, 3)))


class PreactResnet(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.conv1, inner = conv(3, 64, 3), 64
        for stage, outer in enumerate((64, 128, 256, 512)):
            sizes = [(inner, 1 + (stage > 0)), (outer, 1)]
            blocks = (PreactivationBlock(size, outer, stride, "shortcut") for size, stride in sizes)
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))
            inner = outer
        self.linear = nn.Linear(inner, classes)

    def forward(self, x):
        x = self.layer4(self.layer3(self.layer2(self.layer1(self.conv1(x)))))
        return self.linear(x.mean((2, 3)))


class Separable(nn.Module):
    def __init__(self, inner, outer, size, names):
        super().__init__()
        self.names = names
        setattr(self, names[0], conv(inner, inner, size, groups=inner))
        setattr(self, names[1], conv(inner, outer, 1))

    def forward(self, x):
        for name in self.names:
            x = getattr(self, name)(x)
        return x


class XceptionBlock(nn.Module):
    def __init__(self, inner, outers, first=False):
        super().__init__()
        parts, sizes = [], (inner, *outers)
        for size, outer in zip(sizes, outers):
            parts += [nn.ReLU(), xception_conv(size, outer), nn.BatchNorm2d(outer)]
        self.shrinks = inner != outers[-1]
        if self.shrinks:
            parts.append(nn.MaxPool2d(3, 2, 1))
            self.skip, self.skipbn = conv(inner, outers[-1], 1, 2), nn.BatchNorm2d(outers[-1])
        self.rep = nn.Sequential(*parts[first:])

    def forward(self, x):
        return self.rep(x) + (self.skipbn(self.skip(x)) if self.shrinks else x)


def xception_conv(inner, outer):
    return Separable(inner, outer, 3, ("conv1", "pointwise"))


class Xception(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.conv1, self.bn1 = conv(3, 32, 3, 2, 0), nn.BatchNorm2d(32)
        self.conv2, self.bn2 = conv(32, 64, 3, 1, 0), nn.BatchNorm2d(64)
        flow = [(64, [128] * 2), (128, [256] * 2), (256, [728] * 2), *[(728, [728] * 3)] * 8, (728, [728, 1024])]
        for number, (inner, outers) in enumerate(flow, 1):
            setattr(self, f"block{number}", XceptionBlock(inner, outers, first=number == 1))
        self.conv3, self.bn3 = xception_conv(1024, 1536), nn.BatchNorm2d(1536)
        self.conv4, self.bn4 = xception_conv(1536, 2048), nn.BatchNorm2d(2048)
        self.fc = nn.Linear(2048, classes)

    def forward(self, x):
        x = functional.relu(self.bn1(self.conv1(x)))
        x = functional.relu(self.bn2(self.conv2(x)))
        for number in range(1, 13):
            x = getattr(self, f"block{number}")(x)
        x = functional.relu(self.bn3(self.conv3(x)))
        return self.fc(functional.relu(self.bn4(self.conv4(x))).mean((2, 3)))


def nexception_conv(inner, outer, size=5):
    return Separable(inner, outer, size, ("conv_dw", "conv_pw"))


class Excite(nn.Module):
    def __init__(self, width):
        super().__init__()
        hidden = max(8, int(width / 16 + 4) // 8 * 8)
        self.fc1, self.bn, self.fc2 = nn.Conv2d(width, hidden, 1), nn.BatchNorm2d(hidden), nn.Conv2d(hidden, width, 1)

    def forward(self, x):
        hidden = functional.gelu(self.bn(self.fc1(x.mean((2, 3), keepdim=True))))
        return x * self.fc2(hidden).sigmoid()


class Blur(nn.Module):
    def forward(self, x):
        line = torch.tensor([1.0, 2.0, 1.0]) / 4
        window = torch.outer(line, line).expand(x.shape[1], 1, 3, 3)
        return functional.conv2d(functional.pad(x, [1] * 4, "reflect"), window, stride=2, groups=x.shape[1])


class Shrinking(nn.Module):
    def __init__(self, inner, middle, outer):
        super().__init__()
        self.skip, self.skipbn = conv(inner, outer, 1, 2), nn.BatchNorm2d(outer)
        first = (nexception_conv(inner, middle), nn.BatchNorm2d(middle), nn.GELU())
        second = (nexception_conv(middle, outer), nn.BatchNorm2d(outer), nn.MaxPool2d(3, 1, 1), Blur())
        self.rep, self.block_end = nn.Sequential(*first, *second), Excite(outer)

    def forward(self, x):
        return self.block_end(self.rep(x)) + self.skipbn(self.skip(x))


class Widening(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.sepconv1, self.norm1 = nexception_conv(width, 3 * width), nn.BatchNorm2d(3 * width)
        self.sepconv2, self.norm2 = nexception_conv(3 * width, width), nn.BatchNorm2d(width)
        self.sepconv3, self.block_end = nexception_conv(width, width), Excite(width)

    def forward(self, x):
        branch = self.norm2(self.sepconv2(functional.gelu(self.norm1(self.sepconv1(x)))))
        return self.block_end(self.sepconv3(branch)) + x


class Nexception(nn.Module):
    def __init__(self, classes, width):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 96, 2, 2), nn.GELU(), nn.BatchNorm2d(96))
        for number, sizes in enumerate(((96, 128, 128), (128, 256, 256), (256, width, width)), 1):
            setattr(self, f"downsampling_block{number}", Shrinking(*sizes))
        self.middle_flow = nn.Sequential(*(Widening(width) for _ in range(8)))
        tail = ((nexception_conv(*sizes, 3), nn.BatchNorm2d(sizes[1]), nn.GELU()) for sizes in ((1024, 1536), (1536, 2048)))
        self.exit_flow = nn.Sequential(Shrinking(width, width, 1024), *(part for parts in tail for part in parts))
        self.fc = nn.Linear(2048, classes)

    def forward(self, x):
        for number in (1, 2, 3):
            x = getattr(self, f"downsampling_block{number}")(x if number > 1 else self.stem(x))
        return self.fc(self.exit_flow(self.middle_flow(x)).mean((2, 3)))


CONVOLUTIONAL = {
    "preact_resnet18": PreactResnet,
    "wrn16x8": lambda classes: WideResnet(classes, 16, 8),
    "xception": Xception,
    "nexception_tiny": lambda classes: Nexception(classes, 512),
}
