// What the addon exports. One environment (the main thread, or a worker) gets one Context.
#include <dnnl.hpp>

#include "args.hpp"
#include "context.hpp"
#include "memory.hpp"
#include "threads.hpp"

namespace mix {

void registerAttention(Exports& exports);
void registerBatchNorm(Exports& exports);
void registerBatchNormGradient(Exports& exports);
void registerConvolution(Exports& exports);
void registerGelu(Exports& exports);
void registerLayerNorm(Exports& exports);
void registerMatmul(Exports& exports);
void registerArgExtremes(Exports& exports);
void registerBinary(Exports& exports);
void registerReductions(Exports& exports);
void registerScans(Exports& exports);
void registerSelect(Exports& exports);
void registerSoftmax(Exports& exports);
void registerUnary(Exports& exports);
void registerBlend(Exports& exports);
void registerPaste(Exports& exports);
void registerSoftCrossEntropy(Exports& exports);
void registerUpdates(Exports& exports);
void registerIndexing(Exports& exports);
void registerPadding(Exports& exports);
void registerStridedCopy(Exports& exports);
void registerTopK(Exports& exports);
void registerBatchNormInference(Exports& exports);
void registerDepthwiseFilterGradient(Exports& exports);
void registerCropAndResize(Exports& exports);
void registerPooling(Exports& exports);
void registerResampling(Exports& exports);

namespace {

void setThreads(const Args& args) {
  const int threads = static_cast<int>(args.integer(0));
  args.context().threads = threads;
  omp_set_num_threads(threads);
}

napi_value oneDnnVersion(const Args& args) {
  const auto* version = dnnl::version();
  return makeText(args.env(), std::to_string(version->major) + "." + std::to_string(version->minor) + "." +
                                  std::to_string(version->patch));
}

// Bytes that the addon holds for itself: scratch memory of this environment.
napi_value heldBytes(const Args& args) {
  const Context& context = args.context();
  return makeNumber(args.env(), static_cast<double>(context.scratch.bytes() + context.primitiveScratch.bytes()));
}

void releaseScratch(const Args& args) {
  args.context().scratch.release();
  args.context().primitiveScratch.release();
}

}  // namespace

napi_value start(napi_env env, napi_value object) {
  napi_set_instance_data(
      env, new Context(), [](napi_env, void* data, void*) { delete static_cast<Context*>(data); }, nullptr);
  Exports exports(env, object);
  exports.add("setThreads", setThreads);
  exports.add("oneDnnVersion", oneDnnVersion);
  exports.add("heldBytes", heldBytes);
  exports.add("releaseScratch", releaseScratch);
  registerMemory(exports);
  registerAttention(exports);
  registerBatchNorm(exports);
  registerBatchNormGradient(exports);
  registerConvolution(exports);
  registerGelu(exports);
  registerLayerNorm(exports);
  registerMatmul(exports);
  registerArgExtremes(exports);
  registerBinary(exports);
  registerReductions(exports);
  registerScans(exports);
  registerSelect(exports);
  registerSoftmax(exports);
  registerUnary(exports);
  registerBlend(exports);
  registerPaste(exports);
  registerSoftCrossEntropy(exports);
  registerUpdates(exports);
  registerIndexing(exports);
  registerPadding(exports);
  registerStridedCopy(exports);
  registerTopK(exports);
  registerBatchNormInference(exports);
  registerDepthwiseFilterGradient(exports);
  registerCropAndResize(exports);
  registerPooling(exports);
  registerResampling(exports);
  return object;
}

}  // namespace mix

NAPI_MODULE_INIT() { return mix::start(env, exports); }
