// oneDNN primitives, made once for every set of parameters and kept: making one costs far more than running it.
#pragma once

#include <dnnl.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

namespace mix {

struct Context;

// A primitive with the reorders that bring plain memory into the layouts it wants, and back.
class Plan {
 public:
  // One argument: the layout that the caller has, and the one that the primitive chose.
  struct Operand {
    int name;
    dnnl::memory::desc plain;
    dnnl::memory::desc wanted;
    bool isOutput;
  };

  template <typename Description>
  Plan(const dnnl::engine& engine, const Description& description, std::vector<Operand> operands)
      : Plan(engine, dnnl::primitive(description), description.scratchpad_desc().get_size(), std::move(operands)) {}

  // One pointer for each operand, in their order.
  void run(Context& context, const std::vector<const void*>& pointers) const;

 private:
  Plan(const dnnl::engine& engine, dnnl::primitive primitive, size_t scratchpad, std::vector<Operand> operands);

  dnnl::primitive primitive_;
  size_t scratchpadBytes_;
  size_t totalBytes_;
  std::vector<Operand> operands_;
  std::vector<dnnl::reorder> reorders_;
};

struct Primitives {
  Primitives();

  // The plan for a key; made by `make` the first time.
  const Plan& get(const std::string& key, const std::function<Plan()>& make);

  dnnl::engine engine;
  dnnl::stream stream;

 private:
  std::unordered_map<std::string, Plan> plans_;
};

dnnl::primitive_attr userScratchpad();

// A key of a kind, the thread count and any numbers.
std::string planKey(const char* kind, const Context& context, const std::vector<int64_t>& numbers);

}  // namespace mix
