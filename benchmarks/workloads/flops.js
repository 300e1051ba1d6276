// Floating-point operations of one image's forward pass, from the layers' shapes: two for each multiply-add of a
// convolution, linear layer or attention product; normalisation, activation and pooling do not count. A training step
// counts three times its forward pass.

function convolution({ out, kernel, from, to }) {
  return 2 * out * out * kernel * kernel * from * to;
}

/** A stage of basic blocks; `project` says whether a change of shape takes a 1x1 convolution. */
function basicStage({ size, blocks, from, to, stride, project }) {
  const out = size / stride;
  const first = convolution({ out, kernel: 3, from, to });
  const others = (2 * blocks - 1) * convolution({ out, kernel: 3, from: to, to });
  const shortcut = project && (stride > 1 || from !== to) ? convolution({ out, kernel: 1, from, to }) : 0;
  return first + others + shortcut;
}

/** ResNet-18 with the stem for small images. */
export function resnet18Flops({ size, width, classes }) {
  let total = convolution({ out: size, kernel: 3, from: 3, to: width });
  let from = width;
  let at = size;
  for (const [index, factor] of [1, 2, 4, 8].entries()) {
    const stride = index === 0 ? 1 : 2;
    total += basicStage({ size: at, blocks: 2, from, to: width * factor, stride, project: true });
    from = width * factor;
    at /= stride;
  }
  return total + 2 * from * classes;
}

/** ResNet-20 with padded identities as shortcuts. */
export function resnet20Flops({ size, classes }) {
  const stages = [
    { size, from: 16, to: 16, stride: 1 },
    { size, from: 16, to: 32, stride: 2 },
    { size: size / 2, from: 32, to: 64, stride: 2 },
  ];
  const stem = convolution({ out: size, kernel: 3, from: 3, to: 16 });
  const blocks = stages.map((stage) => basicStage({ ...stage, blocks: 3, project: false }));
  return blocks.reduce((sum, flops) => sum + flops, stem) + 2 * 64 * classes;
}

/** ResNet-50 with the stem for large images; the stride is in the 3x3 convolution, as torchvision has it. */
export function resnet50Flops({ size, classes }) {
  const stem = convolution({ out: size / 2, kernel: 7, from: 3, to: 64 });
  return stem + bottlenecks({ size: size / 4, groups: 1, groupWidth: 64, classes });
}

/** ResNeXt-50 of 32 groups of 4 channels in the first stage, with the stem for small images. */
export function resnext50Flops({ size, classes }) {
  const stem = convolution({ out: size, kernel: 3, from: 3, to: 64 });
  return stem + bottlenecks({ size, groups: 32, groupWidth: 4, classes });
}

/** Four stages of 3, 4, 6 and 3 bottleneck blocks on 64 channels at `size`, and the linear layer. */
function bottlenecks({ size, groups, groupWidth, classes }) {
  let total = 0;
  let from = 64;
  let at = size;
  for (const [index, blocks] of [3, 4, 6, 3].entries()) {
    const middle = groups * groupWidth * 2 ** index;
    const to = 256 * 2 ** index;
    for (let block = 0; block < blocks; block++) {
      const out = block === 0 && index > 0 ? at / 2 : at;
      total += convolution({ out: at, kernel: 1, from, to: middle });
      total += convolution({ out, kernel: 3, from: middle / groups, to: middle });
      total += convolution({ out, kernel: 1, from: middle, to });
      if (block === 0) total += convolution({ out, kernel: 1, from, to });
      from = to;
      at = out;
    }
  }
  return total + 2 * from * classes;
}

/** WRN-16-8: three stages of two pre-activation blocks, 16 channels before the first. */
export function wrn16x8Flops({ size, classes }) {
  let total = convolution({ out: size, kernel: 3, from: 3, to: 16 });
  let from = 16;
  let at = size;
  for (const [index, to] of [128, 256, 512].entries()) {
    const stride = index === 0 ? 1 : 2;
    total += basicStage({ size: at, blocks: 2, from, to, stride, project: true });
    from = to;
    at /= stride;
  }
  return total + 2 * from * classes;
}

/** DeiT-Tiny: 12 blocks of width 192 with 3 heads, a class token besides the patches. */
export function deitTinyFlops({ size, patch, classes }) {
  const [width, depth] = [192, 12];
  const patches = (size / patch) ** 2;
  const tokens = patches + 1;
  const linear = 2 * tokens * width * (3 * width + width + 4 * width + 4 * width);
  const attention = 2 * 2 * tokens * tokens * width;
  return 2 * patches * patch * patch * 3 * width + depth * (linear + attention) + 2 * width * classes;
}

/** ConvNeXt-Tiny: patches of 4, then stages of 3, 3, 9 and 3 blocks that begin with 96 channels. */
export function convnextTinyFlops({ size, classes }) {
  const stem = convolution({ out: size / 4, kernel: 4, from: 3, to: 96 });
  const stages = [3, 3, 9, 3].map((blocks, index) => {
    const [out, width] = [size / 4 / 2 ** index, 96 * 2 ** index];
    const shrink = index === 0 ? 0 : convolution({ out, kernel: 2, from: width / 2, to: width });
    const depthwise = convolution({ out, kernel: 7, from: 1, to: width });
    const perceptron = 2 * convolution({ out, kernel: 1, from: width, to: 4 * width });
    return shrink + blocks * (depthwise + perceptron);
  });
  return stages.reduce((sum, flops) => sum + flops, stem) + 2 * 768 * classes;
}
