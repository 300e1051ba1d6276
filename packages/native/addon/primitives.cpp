#include "primitives.hpp"

#include <utility>

#include "context.hpp"

namespace mix {

namespace {

// More than any one model needs; a program that goes through endless shapes must not grow for ever.
constexpr size_t kMostPlans = 4096;

size_t aligned(size_t bytes) { return (bytes + 63) / 64 * 64; }

}  // namespace

Plan::Plan(const dnnl::engine& engine, dnnl::primitive primitive, size_t scratchpad, std::vector<Operand> operands)
    : primitive_(std::move(primitive)),
      scratchpadBytes_(aligned(scratchpad)),
      totalBytes_(scratchpadBytes_),
      operands_(std::move(operands)) {
  for (const Operand& operand : operands_) {
    if (operand.plain == operand.wanted) {
      reorders_.emplace_back();
      continue;
    }
    totalBytes_ += aligned(operand.wanted.get_size());
    const auto& from = operand.isOutput ? operand.wanted : operand.plain;
    const auto& to = operand.isOutput ? operand.plain : operand.wanted;
    reorders_.emplace_back(dnnl::reorder::primitive_desc(engine, from, engine, to, userScratchpad()));
  }
}

void Plan::run(Context& context, const std::vector<const void*>& pointers) const {
  const auto& engine = context.primitives->engine;
  auto& stream = context.primitives->stream;
  // oneDNN's scratchpad first, then the operands that need another layout.
  auto* scratch = static_cast<char*>(context.primitiveScratch.take(totalBytes_ + 64));
  char* next = scratch + scratchpadBytes_;

  std::unordered_map<int, dnnl::memory> arguments;
  std::vector<std::pair<size_t, dnnl::memory>> outputs;
  for (size_t i = 0; i < operands_.size(); ++i) {
    const Operand& operand = operands_[i];
    // oneDNN's handles are all writable; it only reads what is no output.
    void* pointer = const_cast<void*>(pointers[i]);
    if (!reorders_[i]) {
      arguments.emplace(operand.name, dnnl::memory(operand.plain, engine, pointer));
      continue;
    }
    dnnl::memory plain(operand.plain, engine, pointer);
    dnnl::memory wanted(operand.wanted, engine, next);
    next += aligned(operand.wanted.get_size());
    if (operand.isOutput) {
      outputs.emplace_back(i, plain);
    } else {
      reorders_[i].execute(stream, plain, wanted);
    }
    arguments.emplace(operand.name, wanted);
  }
  const dnnl::memory::desc pad({static_cast<int64_t>(scratchpadBytes_)}, dnnl::memory::data_type::u8,
                               dnnl::memory::format_tag::a);
  arguments.emplace(DNNL_ARG_SCRATCHPAD, dnnl::memory(pad, engine, scratch));
  primitive_.execute(stream, arguments);
  for (auto& [i, plain] : outputs) reorders_[i].execute(stream, arguments.at(operands_[i].name), plain);
  stream.wait();
}

Primitives::Primitives() : engine(dnnl::engine::kind::cpu, 0), stream(engine) {}

const Plan& Primitives::get(const std::string& key, const std::function<Plan()>& make) {
  const auto found = plans_.find(key);
  if (found != plans_.end()) return found->second;
  if (plans_.size() >= kMostPlans) plans_.clear();
  return plans_.emplace(key, make()).first->second;
}

dnnl::primitive_attr userScratchpad() {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attributes;
}

std::string planKey(const char* kind, const Context& context, const std::vector<int64_t>& numbers) {
  std::string key(kind);
  const auto append = [&key](int64_t number) { key.append(reinterpret_cast<const char*>(&number), sizeof number); };
  append(context.threads);
  for (int64_t number : numbers) append(number);
  return key;
}

}  // namespace mix
