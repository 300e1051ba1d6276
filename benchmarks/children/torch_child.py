"""The child of the PyTorch sides: prepares one piece of work at a time and runs it as often as told, in JSON lines.

    python3 torch_child.py LAYOUT THREADS
"""
import json
import sys
import time

import torch
import torchvision

from torch_decode import Decode
from torch_kernels import Kernel
from torch_learned import Learned
from torch_mixers import Mixer
from torch_step import Step

kinds = {"step": Step, "learned": Learned, "kernel": Kernel, "mixer": Mixer, "decode": Decode}
layout, threads = sys.argv[1], int(sys.argv[2])
torch.set_num_threads(threads)
memory_format = torch.channels_last if layout == "channels_last" else torch.contiguous_format
work = None


def prepare(request):
    global work
    work = None
    work = kinds[request["kind"]](request, memory_format)
    return work.about


def run(request):
    count, loss = request["count"], None
    started = time.perf_counter()
    for index in range(count):
        loss = work.run(index == count - 1)
    seconds = time.perf_counter() - started
    return {"seconds": seconds} if loss is None else {"seconds": seconds, "loss": loss}


def report(_):
    return {}


def versions(_):
    torch.rand(64, 64) @ torch.rand(64, 64)  # so that the libraries behind it are loaded
    return {"torch": torch.__version__, "torchvision": torchvision.__version__}


operations = {"prepare": prepare, "run": run, "report": report, "versions": versions}
for line in sys.stdin:
    request = json.loads(line)
    try:
        reply = operations[request["op"]](request)
    except Exception as error:  # whatever it is, the harness says so and goes on without this side
        reply = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(reply), flush=True)
