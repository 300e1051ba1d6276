// Convolutions and their gradients by oneDNN's direct kernels, on the plain NHWC layout.
#include "convolution.hpp"

#include <stdexcept>

#include "args.hpp"
#include "channel-groups.hpp"
#include "context.hpp"
#include "few-channels.hpp"
#include "patch-convolution.hpp"
#include "primitives.hpp"
#include "winograd.hpp"

namespace mix {

ConvolutionShape::ConvolutionShape(const std::vector<int64_t>& n) {
  if (n.size() != 16) throw std::runtime_error("a convolution's shape is 16 numbers");
  batch = n[0], inHeight = n[1], inWidth = n[2], inChannels = n[3];
  filterHeight = n[4], filterWidth = n[5], outChannels = n[6];
  strideHeight = n[7], strideWidth = n[8], dilationHeight = n[9], dilationWidth = n[10];
  padTop = n[11], padLeft = n[12], outHeight = n[13], outWidth = n[14], groups = n[15];
}

namespace {

using dnnl::memory;
using Tag = memory::format_tag;
constexpr auto kFloat = memory::data_type::f32;

struct Layouts {
  memory::desc in, filter, out;     // as the caller has them
  memory::desc anyFilter;           // oneDNN chooses
  memory::dims strides, dilations, padBegin, padEnd;

  explicit Layouts(const ConvolutionShape& s) {
    in = memory::desc({s.batch, s.inChannels, s.inHeight, s.inWidth}, kFloat, Tag::nhwc);
    out = memory::desc({s.batch, s.outChannels, s.outHeight, s.outWidth}, kFloat, Tag::nhwc);
    const int64_t inner = s.inChannels / s.groups;
    const int64_t outer = s.outChannels / s.groups;
    if (s.groups == 1) {
      const memory::dims sizes{outer, inner, s.filterHeight, s.filterWidth};
      filter = memory::desc(sizes, kFloat, Tag::hwio);
      anyFilter = memory::desc(sizes, kFloat, Tag::any);
    } else {
      // [kh, kw, in / groups, out], where out runs over the groups first.
      const memory::dims sizes{s.groups, outer, inner, s.filterHeight, s.filterWidth};
      const memory::dims steps{outer, 1, s.outChannels, s.filterWidth * inner * s.outChannels, inner * s.outChannels};
      filter = memory::desc(sizes, kFloat, steps);
      anyFilter = memory::desc(sizes, kFloat, Tag::any);
    }
    strides = {s.strideHeight, s.strideWidth};
    dilations = {s.dilationHeight - 1, s.dilationWidth - 1};
    padBegin = {s.padTop, s.padLeft};
    padEnd = {s.padBottom(), s.padRight()};
  }
};

#if DNNL_VERSION_MAJOR >= 3
dnnl::convolution_forward::primitive_desc forwardDescription(const dnnl::engine& engine, const Layouts& l) {
  return {engine,     dnnl::prop_kind::forward_training, dnnl::algorithm::convolution_direct, l.in, l.anyFilter, l.out,
          l.strides,  l.dilations, l.padBegin, l.padEnd, userScratchpad()};
}
dnnl::convolution_backward_data::primitive_desc inputDescription(const dnnl::engine& engine, const Layouts& l) {
  return {engine,      dnnl::algorithm::convolution_direct, l.in,     l.anyFilter, l.out, l.strides,
          l.dilations, l.padBegin, l.padEnd, forwardDescription(engine, l), userScratchpad()};
}
dnnl::convolution_backward_weights::primitive_desc filterDescription(const dnnl::engine& engine, const Layouts& l) {
  return {engine,      dnnl::algorithm::convolution_direct, l.in,     l.anyFilter, l.out, l.strides,
          l.dilations, l.padBegin, l.padEnd, forwardDescription(engine, l), userScratchpad()};
}
#else
dnnl::convolution_forward::primitive_desc forwardDescription(const dnnl::engine& engine, const Layouts& l) {
  const dnnl::convolution_forward::desc operation(dnnl::prop_kind::forward_training,
                                                  dnnl::algorithm::convolution_direct, l.in, l.anyFilter, l.out,
                                                  l.strides, l.dilations, l.padBegin, l.padEnd);
  return {operation, userScratchpad(), engine};
}
dnnl::convolution_backward_data::primitive_desc inputDescription(const dnnl::engine& engine, const Layouts& l) {
  const dnnl::convolution_backward_data::desc operation(dnnl::algorithm::convolution_direct, l.in, l.anyFilter, l.out,
                                                        l.strides, l.dilations, l.padBegin, l.padEnd);
  return {operation, userScratchpad(), engine, forwardDescription(engine, l)};
}
dnnl::convolution_backward_weights::primitive_desc filterDescription(const dnnl::engine& engine, const Layouts& l) {
  const dnnl::convolution_backward_weights::desc operation(dnnl::algorithm::convolution_direct, l.in, l.anyFilter,
                                                           l.out, l.strides, l.dilations, l.padBegin, l.padEnd);
  return {operation, userScratchpad(), engine, forwardDescription(engine, l)};
}
#endif

// (..., kept?, isFilled): a place for the transformed filter, from the given argument on
KeptFilter keptFilter(const Args& args, size_t index, const ConvolutionShape& s) {
  if (args.isAbsent(index)) return {};
  return {args.floats(index, keptFilterFloats(s)), args.boolean(index + 1)};
}

// (shape) -> number
napi_value keptFilterSize(const Args& args) {
  return makeNumber(args.env(), static_cast<double>(keptFilterFloats(ConvolutionShape(args.integers(0)))));
}

// (x, filter, y, shape, winograd, kept?, isFilled)
void convolution(const Args& args) {
  const auto numbers = args.integers(3);
  const ConvolutionShape s(numbers);
  Context& context = args.context();
  const float* x = args.floats(0, s.inSize());
  const float* filter = args.floats(1, s.filterSize());
  float* y = args.floats(2, s.outSize());
  if (args.boolean(4) && fitsWinograd(s)) {
    return winogradForward(context, s, x, filter, y, keptFilter(args, 5, s));
  }
  if (fitsGroups(s)) return groupedForward(context, s, x, filter, y);
  if (fitsPatches(s)) return patchForward(context, s, x, filter, y);
  const Plan& plan = context.primitives->get(planKey("conv", context, numbers), [&] {
    const auto& engine = context.primitives->engine;
    const Layouts l(s);
    const auto description = forwardDescription(engine, l);
    return Plan(engine, description,
                {{DNNL_ARG_SRC, l.in, description.src_desc(), false},
                 {DNNL_ARG_WEIGHTS, l.filter, description.weights_desc(), false},
                 {DNNL_ARG_DST, l.out, description.dst_desc(), true}});
  });
  plan.run(context, {x, filter, y});
}

// (dy, filter, dx, shape, winograd, kept?, isFilled)
void convolutionInputGradient(const Args& args) {
  const auto numbers = args.integers(3);
  const ConvolutionShape s(numbers);
  Context& context = args.context();
  const float* dy = args.floats(0, s.outSize());
  const float* filter = args.floats(1, s.filterSize());
  float* dx = args.floats(2, s.inSize());
  if (args.boolean(4) && fitsWinograd(s)) {
    return winogradInputGradient(context, s, dy, filter, dx, keptFilter(args, 5, s));
  }
  if (hasFewChannels(s)) return fewChannelsInputGradient(context, s, dy, filter, dx);
  if (fitsGroups(s)) return groupedInputGradient(context, s, dy, filter, dx);
  const Plan& plan = context.primitives->get(planKey("conv-dx", context, numbers), [&] {
    const auto& engine = context.primitives->engine;
    const Layouts l(s);
    const auto description = inputDescription(engine, l);
    return Plan(engine, description,
                {{DNNL_ARG_DIFF_DST, l.out, description.diff_dst_desc(), false},
                 {DNNL_ARG_WEIGHTS, l.filter, description.weights_desc(), false},
                 {DNNL_ARG_DIFF_SRC, l.in, description.diff_src_desc(), true}});
  });
  plan.run(context, {dy, filter, dx});
}

// (x, dy, dFilter, shape, winograd)
void convolutionFilterGradient(const Args& args) {
  const auto numbers = args.integers(3);
  const ConvolutionShape s(numbers);
  Context& context = args.context();
  const float* x = args.floats(0, s.inSize());
  const float* dy = args.floats(1, s.outSize());
  float* dFilter = args.floats(2, s.filterSize());
  if (args.boolean(4) && fitsWinograd(s)) return winogradFilterGradient(context, s, x, dy, dFilter);
  if (fitsGroups(s)) return groupedFilterGradient(s, x, dy, dFilter);
  const Plan& plan = context.primitives->get(planKey("conv-dw", context, numbers), [&] {
    const auto& engine = context.primitives->engine;
    const Layouts l(s);
    const auto description = filterDescription(engine, l);
    return Plan(engine, description,
                {{DNNL_ARG_SRC, l.in, description.src_desc(), false},
                 {DNNL_ARG_DIFF_DST, l.out, description.diff_dst_desc(), false},
                 {DNNL_ARG_DIFF_WEIGHTS, l.filter, description.diff_weights_desc(), true}});
  });
  plan.run(context, {x, dy, dFilter});
}

}  // namespace

void registerConvolution(Exports& exports) {
  exports.add("convolution", convolution);
  exports.add("keptFilterSize", keptFilterSize);
  exports.add("convolutionInputGradient", convolutionInputGradient);
  exports.add("convolutionFilterGradient", convolutionFilterGradient);
}

}  // namespace mix
