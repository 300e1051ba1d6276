"""DeiT and Twins-SVT under timm's names, written from the papers."""
import torch
from torch import nn
from torch.nn import functional


class Mlp(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        return self.fc2(functional.gelu(self.fc1(x)))


def attend(q, k, v):
    """Of tensors [..., heads, tokens, channels]; the heads of the result side by side."""
    weights = (q @ k.transpose(-2, -1) * q.shape[-1] ** -0.5).softmax(-1)
    return (weights @ v).transpose(-3, -2).flatten(-2)


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x):
        batch, tokens, width = x.shape
        q, k, v = self.qkv(x).reshape(batch, tokens, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        return self.proj(attend(q, k, v))


class Block(nn.Module):
    def __init__(self, width, attention):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width, eps=1e-6), nn.LayerNorm(width, eps=1e-6)
        self.attn, self.mlp = attention, Mlp(width)

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class Patches(nn.Module):
    def __init__(self, inner, width, side, normed):
        super().__init__()
        self.proj = nn.Conv2d(inner, width, side, side)
        self.norm = nn.LayerNorm(width) if normed else nn.Identity()

    def forward(self, x):
        return self.norm(self.proj(x).permute(0, 2, 3, 1))


class Deit(nn.Module):
    """Without distillation, for 64x64 images."""

    def __init__(self, classes, width, heads):
        super().__init__()
        self.cls_token = nn.Parameter(torch.randn(1, 1, width))
        self.pos_embed = nn.Parameter(torch.randn(1, 17, width))
        self.patch_embed = Patches(3, width, 16, normed=False)
        self.blocks = nn.Sequential(*(Block(width, Attention(width, heads)) for _ in range(12)))
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.head = nn.Linear(width, classes)

    def forward(self, x):
        x = self.patch_embed(x).flatten(1, 2)
        x = torch.cat((self.cls_token.expand(len(x), -1, -1), x), 1) + self.pos_embed
        return self.head(self.norm(self.blocks(x))[:, 0])


class WindowAttention(Attention):
    """Within windows of 7x7, after zeros below and right."""

    def forward(self, x):
        batch, height, width, channels = x.shape
        x = functional.pad(x, (0, 0, 0, -width % 7, 0, -height % 7))
        rows, columns = x.shape[1] // 7, x.shape[2] // 7
        x = x.reshape(batch, rows, 7, columns, 7, channels).transpose(2, 3)
        x = super().forward(x.reshape(-1, 49, channels)).reshape(batch, rows, columns, 7, 7, channels)
        return x.transpose(2, 3).reshape(batch, 7 * rows, 7 * columns, channels)[:, :height, :width]


class SummaryAttention(nn.Module):
    """To one key and value for every square of tokens."""

    def __init__(self, width, heads, side):
        super().__init__()
        self.heads = heads
        self.q, self.kv, self.proj = nn.Linear(width, width), nn.Linear(width, 2 * width), nn.Linear(width, width)
        if side > 1:
            self.sr, self.norm = nn.Conv2d(width, width, side, side), nn.LayerNorm(width)

    def forward(self, x):
        shape = x.shape
        seen = self.norm(self.sr(x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)) if hasattr(self, "sr") else x
        by_head = (shape[0], -1, self.heads, shape[3] // self.heads)
        keys, values = self.kv(seen).chunk(2, -1)
        q, k, v = (part.reshape(by_head).transpose(1, 2) for part in (self.q(x), keys, values))
        return self.proj(attend(q, k, v)).reshape(shape)


class Neighbours(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.proj = nn.Sequential(nn.Conv2d(width, width, 3, padding=1, groups=width))

    def forward(self, x):
        return x + self.proj(x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)


class TwinsSvt(nn.Module):
    def __init__(self, classes, depths=(2, 2, 10, 4), heads=(2, 4, 8, 16), sides=(8, 4, 2, 1)):
        super().__init__()
        widths = (64, 128, 256, 512)
        sizes = zip((3, *widths), widths, (4, 2, 2, 2))
        self.patch_embeds = nn.ModuleList(Patches(*size, normed=True) for size in sizes)
        self.blocks = nn.ModuleList()
        for width, depth, count, side in zip(widths, depths, heads, sides):
            pairs = [(WindowAttention(width, count), SummaryAttention(width, count, side)) for _ in range(depth // 2)]
            self.blocks.append(nn.ModuleList(Block(width, kind) for pair in pairs for kind in pair))
        self.pos_block = nn.ModuleList(Neighbours(width) for width in widths)
        self.norm = nn.LayerNorm(widths[-1], eps=1e-6)
        self.head = nn.Linear(widths[-1], classes)

    def forward(self, x):
        for embed, (first, *others), positions in zip(self.patch_embeds, self.blocks, self.pos_block):
            x = positions(first(embed(x)))
            for block in others:
                x = block(x)
            x = x.permute(0, 3, 1, 2)
        return self.head(self.norm(x.permute(0, 2, 3, 1)).mean((1, 2)))


TRANSFORMERS = {
    "deit_tiny": lambda classes: Deit(classes, 192, 3),
    "deit_small": lambda classes: Deit(classes, 384, 6),
    "twins_svt_small": TwinsSvt,
}
