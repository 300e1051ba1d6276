// Prints what the machine can do at best, with as many threads as the first argument says: GFLOPS of fused
// multiply-adds in registers, and GB/s of a scaled copy of 256 MiB (bytes read and written).
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#if defined(__AVX512F__)
typedef float Vector __attribute__((vector_size(64)));
constexpr int CHAINS = 24;
#elif defined(__AVX__)
typedef float Vector __attribute__((vector_size(32)));
constexpr int CHAINS = 12;
#else
typedef float Vector __attribute__((vector_size(16)));
constexpr int CHAINS = 12;
#endif
constexpr long ROUNDS = 60'000'000;
constexpr size_t SIZE = size_t(1) << 26;

static double seconds() {
  using namespace std::chrono;
  return duration<double>(steady_clock::now().time_since_epoch()).count();
}

static float multiplyAdd() {
  Vector sums[CHAINS], factor = Vector{} + 0.999f, term = Vector{} + 0.001f;
  for (int chain = 0; chain < CHAINS; chain++) sums[chain] = Vector{} + float(chain);
  for (long round = 0; round < ROUNDS; round++)
#pragma GCC unroll 24
    for (int chain = 0; chain < CHAINS; chain++) sums[chain] = sums[chain] * factor + term;
  float total = 0;
  for (const Vector& sum : sums) total += sum[0];
  return total;
}

template <typename Work> static double inThreads(int threads, Work work) {
  const double start = seconds();
  std::vector<std::thread> running;
  for (int index = 0; index < threads; index++) running.emplace_back(work, index);
  for (std::thread& thread : running) thread.join();
  return seconds() - start;
}

int main(int, char** arguments) {
  const int threads = std::atoi(arguments[1]);
  const double flops = 2.0 * CHAINS * (sizeof(Vector) / sizeof(float)) * ROUNDS * threads;
  std::vector<float> kept(threads), from(SIZE, 1.0f), to(SIZE, 1.0f);
  double best = 0, fastest = 0;
  for (int attempt = 0; attempt < 3; attempt++) {
    const double rate = flops / inThreads(threads, [&](int index) { kept[index] = multiplyAdd(); }) / 1e9;
    if (rate > best) best = rate;
    const double copied = 2.0 * SIZE * sizeof(float) / inThreads(threads, [&](int index) {
      for (size_t at = SIZE * index / threads; at < SIZE * (index + 1) / threads; at++) to[at] = from[at] * 1.5f;
    }) / 1e9;
    if (copied > fastest) fastest = copied;
  }
  std::printf("{\"gflops\":%.1f,\"gigabytesPerSecond\":%.1f,\"check\":%g}\n", best, fastest, kept[0] + to[7]);
}
