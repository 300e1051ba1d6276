"""Runs ResNet-20 training steps when told to: reads a count from a line of stdin, writes the seconds a step took."""
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F

sys.path.insert(0, str(Path(__file__).parent.parent / "cifar10"))
from train import ResNet20  # noqa: E402

batch, threads, layout = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
torch.set_num_threads(threads)
torch.manual_seed(0)
memory_format = torch.channels_last if layout == "channels_last" else torch.contiguous_format
net = ResNet20().to(memory_format=memory_format)
optimizer = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9, nesterov=True, weight_decay=5e-4)
x = torch.randn(batch, 3, 32, 32).contiguous(memory_format=memory_format)
y = torch.randint(0, 10, (batch,))
print(torch.__version__, flush=True)
for line in sys.stdin:
    count = int(line)
    started = time.perf_counter()
    for _ in range(count):
        loss = F.cross_entropy(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    loss.item()
    print((time.perf_counter() - started) / count, flush=True)
