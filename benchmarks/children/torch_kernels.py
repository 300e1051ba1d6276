"""Single kernels on fixed operands, by the names and sizes of workloads/kernels.js."""
import torch
import torch.nn.functional as F

from torch_models import build_model, build_optimizer
from torch_step import faster_foreach


def values(*shape):
    return torch.rand(*shape) * 2 - 1


def convolution(op, sizes, memory_format):
    batch, size, kernel, inputs, outputs = (sizes[key] for key in ("batch", "size", "kernel", "from", "to"))
    groups = sizes["groups"]
    x = values(batch, inputs, size, size).contiguous(memory_format=memory_format)
    weight = values(outputs, inputs // groups, kernel, kernel).contiguous(memory_format=memory_format)
    dy = values(batch, outputs, size, size).contiguous(memory_format=memory_format)
    pad = kernel // 2
    if op == "conv-forward":
        return lambda: F.conv2d(x, weight, padding=pad, groups=groups)
    mask = [op == "conv-input-gradient", op == "conv-filter-gradient", False]
    return lambda: torch.ops.aten.convolution_backward(
        dy, x, weight, None, [1, 1], [pad, pad], [1, 1], False, [0, 0], groups, mask
    )


def matmul(sizes):
    count, m, k, n = (sizes[key] for key in ("count", "m", "k", "n"))
    a = values(count, k, m).transpose(1, 2) if sizes.get("left") else values(count, m, k)
    b = values(count, n, k).transpose(1, 2) if sizes.get("right") else values(count, k, n)
    if count == 1:
        a, b = a[0], b[0]
    return lambda: torch.matmul(a, b)


def batch_norm_relu(x, scale, offset):
    return F.relu(F.batch_norm(x, None, None, scale, offset, training=True), inplace=True)


def elementwise(op, sizes, memory_format):
    shape = sizes["shape"]
    if op == "batch-norm-relu":
        batch, height, width, channels = shape
        x = values(batch, channels, height, width).contiguous(memory_format=memory_format)
        inputs, compute = [x, torch.ones(channels), torch.zeros(channels)], batch_norm_relu
    elif op == "layer-norm":
        width = shape[-1]
        inputs = [values(*shape), torch.ones(width), torch.zeros(width)]
        compute = lambda x, scale, offset: F.layer_norm(x, (width,), scale, offset, 1e-6)  # noqa: E731
    else:
        inputs = [values(*shape)]
        compute = {"gelu": F.gelu, "softmax": lambda x: torch.softmax(x, -1)}[op]
    if not sizes["gradient"]:
        return lambda: compute(*inputs)
    dy = torch.rand_like(inputs[0])
    for value in inputs:
        value.requires_grad_()

    def with_gradient():
        with torch.enable_grad():
            return torch.autograd.grad(compute(*inputs), inputs, dy)

    return with_gradient


class Kernel:
    def __init__(self, request, memory_format):
        op, sizes = request["kernel"], request["sizes"]
        self.about = {}
        if op.startswith("conv-"):
            self.compute = convolution(op, sizes, memory_format)
        elif op == "matmul":
            self.compute = matmul(sizes)
        elif op == "update":
            self.compute = self.update(sizes, memory_format)
        else:
            self.compute = elementwise(op, sizes, memory_format)

    def update(self, sizes, memory_format):
        net = build_model(sizes["model"], sizes["options"]).to(memory_format=memory_format)
        settings, rate = sizes["optimizer"], sizes["learningRate"]
        foreach = faster_foreach(settings, rate, net)
        for parameter in net.parameters():
            parameter.grad = torch.rand_like(parameter)
        self.about = {"parameters": sum(p.numel() for p in net.parameters()), "foreach": foreach}
        return build_optimizer(settings, rate, net.parameters(), foreach).step

    def run(self, last):
        with torch.no_grad():
            self.compute()
