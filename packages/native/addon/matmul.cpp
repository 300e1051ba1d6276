// Products of matrices by oneDNN, whose operands it takes transposed or broadcast as they lie in memory.
#include <omp.h>

#include <algorithm>
#include <stdexcept>

#include "args.hpp"
#include "context.hpp"
#include "primitives.hpp"

namespace mix {

namespace {

using dnnl::memory;

// Multiply-adds that one thread has done before another is awake.
constexpr int64_t kSmallProduct = 1 << 18;

// A description of [...outer, rows, columns], stored with its last two axes swapped where `transposed`.
memory::desc matrices(memory::dims outer, int64_t rows, int64_t columns, bool transposed) {
  memory::dims sizes(std::move(outer));
  memory::dims strides(sizes.size() + 2);
  int64_t stride = rows * columns;
  for (size_t i = sizes.size(); i-- > 0;) {
    strides[i] = stride;
    stride *= sizes[i];
  }
  sizes.push_back(rows);
  sizes.push_back(columns);
  strides[sizes.size() - 2] = transposed ? 1 : columns;
  strides[sizes.size() - 1] = transposed ? rows : 1;
  return memory::desc(sizes, memory::data_type::f32, strides);
}

// c[..., m, n] = a[..., m, k] b[..., k, n]; the outer axes of a and b are as many, and one of length 1 is repeated.
struct Product {
  bool transposeA, transposeB;
  int64_t m, n, k;
  memory::dims outerA, outerB, outerC;

  explicit Product(const std::vector<int64_t>& numbers) {
    if (numbers.size() < 5 || numbers.size() % 2 == 0) throw std::runtime_error("a product's shape is 5 numbers and the outer axes");
    transposeA = numbers[0] != 0, transposeB = numbers[1] != 0;
    m = numbers[2], n = numbers[3], k = numbers[4];
    const auto outer = numbers.begin() + 5;
    const auto middle = outer + (numbers.end() - outer) / 2;
    outerA.assign(outer, middle);
    outerB.assign(middle, numbers.end());
    for (size_t i = 0; i < outerA.size(); ++i) outerC.push_back(std::max(outerA[i], outerB[i]));
  }

  int64_t sizeA() const { return product(outerA) * m * k; }
  int64_t sizeB() const { return product(outerB) * k * n; }
  int64_t sizeC() const { return product(outerC) * m * n; }
  int64_t multiplications() const { return sizeC() * k; }
  memory::desc a() const { return matrices(outerA, m, k, transposeA); }
  memory::desc b() const { return matrices(outerB, k, n, transposeB); }
  memory::desc c() const { return matrices(outerC, m, n, false); }
  memory::desc bias() const { return matrices(memory::dims(outerC.size(), 1), 1, n, false); }
};

// oneDNN takes as many threads as OpenMP would.
class OneThread {
 public:
  explicit OneThread(bool wanted) : before_(omp_get_max_threads()) {
    if (wanted) omp_set_num_threads(1);
  }
  ~OneThread() { omp_set_num_threads(before_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_;
};

dnnl::matmul::primitive_desc describe(const dnnl::engine& engine, const Product& p, bool hasBias) {
#if DNNL_VERSION_MAJOR >= 3
  if (hasBias) return {engine, p.a(), p.b(), p.bias(), p.c(), userScratchpad()};
  return {engine, p.a(), p.b(), p.c(), userScratchpad()};
#else
  const auto operation = hasBias ? dnnl::matmul::desc(p.a(), p.b(), p.bias(), p.c()) : dnnl::matmul::desc(p.a(), p.b(), p.c());
  return {operation, userScratchpad(), engine};
#endif
}

// (a, b, bias or null, c, numbers of a Product)
void matmul(const Args& args) {
  const auto numbers = args.integers(4);
  const Product p(numbers);
  Context& context = args.context();
  float* a = args.floats(0, p.sizeA());
  float* b = args.floats(1, p.sizeB());
  float* bias = args.optionalFloats(2, p.n);
  float* c = args.floats(3, p.sizeC());

  const OneThread limit(p.multiplications() < kSmallProduct);
  const char* kind = bias == nullptr ? "matmul" : "matmul-bias";
  const Plan& plan = context.primitives->get(planKey(kind, context, numbers), [&] {
    const auto description = describe(context.primitives->engine, p, bias != nullptr);
    std::vector<Plan::Operand> operands{{DNNL_ARG_SRC, p.a(), p.a(), false},
                                        {DNNL_ARG_WEIGHTS, p.b(), p.b(), false},
                                        {DNNL_ARG_DST, p.c(), p.c(), true}};
    if (bias != nullptr) operands.push_back({DNNL_ARG_BIAS, p.bias(), p.bias(), false});
    return Plan(context.primitives->engine, description, std::move(operands));
  });
  if (bias == nullptr) {
    plan.run(context, {a, b, c});
  } else {
    plan.run(context, {a, b, c, bias});
  }
}

}  // namespace

void registerMatmul(Exports& exports) { exports.add("matmul", matmul); }

}  // namespace mix
