"""The PyTorch side of the round trip: torchvision's models and those of the files beside it, without the package safetensors.

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

from torch_convolutional import CONVOLUTIONAL
from torch_transformers import TRANSFORMERS

CLASSES, SIZE, HIDDEN = 5, 64, 32
MODELS = {**CONVOLUTIONAL, **TRANSFORMERS}
DTYPES = {"F32": np.float32, "I64": np.int64}


def build(name):
    torch.manual_seed(0)
    if name in MODELS:
        return MODELS[name](CLASSES)
    model = getattr(torchvision.models, name)(num_classes=CLASSES)
    if name.startswith("vgg"):
        # A narrow head: the published one has 120 million weights.
        sizes = ((512 * 7 * 7, HIDDEN), (HIDDEN, HIDDEN), (HIDDEN, CLASSES))
        for place, size in zip((0, 3, 6), sizes):
            model.classifier[place] = nn.Linear(*size)
    return model


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
