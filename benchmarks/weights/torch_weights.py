"""The PyTorch side of the round trip: models of torchvision, and timm's DeiT by its names, without the package safetensors.

    python3 torch_weights.py save FOLDER NAME...    writes FOLDER/NAME.safetensors and prints the logits by name
    python3 torch_weights.py load FOLDER NAME...    reads FOLDER/NAME.mix.safetensors, strictly, and prints the logits
"""
import json
import struct
import sys
from pathlib import Path

import numpy as np
import torch
import torchvision
from torch import nn

CLASSES, SIZE = 5, 64
DTYPES = {"F32": np.float32, "I64": np.int64}


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x):
        batch, tokens, width = x.shape
        q, k, v = self.qkv(x).reshape(batch, tokens, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        weights = (q @ k.transpose(-2, -1) * (width // self.heads) ** -0.5).softmax(-1)
        return self.proj((weights @ v).transpose(1, 2).reshape(batch, tokens, width))


class Mlp(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        return self.fc2(nn.functional.gelu(self.fc1(x)))


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width, eps=1e-6), nn.LayerNorm(width, eps=1e-6)
        self.attn, self.mlp = Attention(width, heads), Mlp(width)

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class Patches(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.proj = nn.Conv2d(3, width, 16, 16)

    def forward(self, x):
        return self.proj(x).flatten(2).transpose(1, 2)


class Deit(nn.Module):
    """Without distillation, under timm's names."""

    def __init__(self, width, heads):
        super().__init__()
        self.cls_token = nn.Parameter(torch.randn(1, 1, width))
        self.pos_embed = nn.Parameter(torch.randn(1, 1 + (SIZE // 16) ** 2, width))
        self.patch_embed = Patches(width)
        self.blocks = nn.Sequential(*(Block(width, heads) for _ in range(12)))
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.head = nn.Linear(width, CLASSES)

    def forward(self, x):
        x = self.patch_embed(x)
        x = torch.cat((self.cls_token.expand(len(x), -1, -1), x), 1) + self.pos_embed
        return self.head(self.norm(self.blocks(x))[:, 0])


def build(name):
    torch.manual_seed(0)
    if name == "deit_tiny":
        return Deit(192, 3)
    if name == "deit_small":
        return Deit(384, 6)
    return getattr(torchvision.models, name)(num_classes=CLASSES)


def images():
    """The same numbers as on the other side, in NCHW."""
    flat = np.sin(0.37 * np.arange(2 * SIZE * SIZE * 3)).astype(np.float32)
    return torch.from_numpy(flat.reshape(2, SIZE, SIZE, 3)).permute(0, 3, 1, 2).contiguous()


def write_file(path, state):
    names = {np.dtype(kind): name for name, kind in DTYPES.items()}
    header, data, position = {}, [], 0
    for name, tensor in state.items():
        array = np.ascontiguousarray(tensor.numpy())
        span = [position, position + array.nbytes]
        header[name] = {"dtype": names[array.dtype], "shape": list(tensor.shape), "data_offsets": span}
        data.append(array.tobytes())
        position += array.nbytes
    text = json.dumps(header).encode()
    path.write_bytes(b"".join([struct.pack("<Q", len(text)), text, *data]))


def read_file(path):
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    assert header.pop("__metadata__") == {"format": "pt"}
    state = {}
    for name, entry in header.items():
        start, end = (8 + length + offset for offset in entry["data_offsets"])
        array = np.frombuffer(data[start:end], DTYPES[entry["dtype"]]).reshape(entry["shape"])
        state[name] = torch.from_numpy(array.copy())
    return state


def main(action, folder, *names):
    logits = {}
    for name in names:
        model = build(name)
        with torch.no_grad():
            if action == "save":
                # Running statistics of its own, and counters above 0.
                model.train()(images())
                write_file(folder / f"{name}.safetensors", model.state_dict())
            else:
                model.load_state_dict(read_file(folder / f"{name}.mix.safetensors"), strict=True)
            logits[name] = model.eval()(images()).flatten().tolist()
    print(json.dumps(logits))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
