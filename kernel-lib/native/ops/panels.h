// Rows as the lanes of registers: [R, D] cut into panels [D, rows], so that one value of a matrix costs one load and one product for all rows of a panel.
#pragma once

#include <cstring>

#include "groups.h"

namespace switchyard {

// As many floats as a register of AVX-512 holds; where there is none the compiler takes several.
using Lanes = float __attribute__((vector_size(64)));
constexpr int kLanes = 16;
// Outputs whose sums are kept until they are written, row by row.
constexpr int kOutputs = 64;

inline Lanes Load(const float* from) {
  Lanes lanes;
  std::memcpy(&lanes, from, sizeof lanes);
  return lanes;
}

inline void Store(float* to, const Lanes& lanes) { std::memcpy(to, &lanes, sizeof lanes); }

inline float SumOf(const Lanes& lanes) {
  float sum = 0;
  for (int k = 0; k < kLanes; ++k) sum += lanes[k];
  return sum;
}

// Sixteen rows of sixteen floats, `from_stride` apart, as columns: to[c * to_stride + r] = from[r * from_stride + c].
inline void Transpose(const float* from, int64_t from_stride, float* to, int64_t to_stride) {
  Lanes rows[kLanes];
  for (int r = 0; r < kLanes; ++r) rows[r] = Load(from + r * from_stride);
#ifdef __clang__
  for (int r = 0; r < kLanes; ++r) {
    for (int c = 0; c < kLanes; ++c) to[c * to_stride + r] = rows[r][c];
  }
#else
  // In each stage rows that are s apart exchange those blocks of s columns which are on the other side of the diagonal.
  using Places = int32_t __attribute__((vector_size(64)));
#pragma GCC unroll 4
  for (int s = 1; s < kLanes; s *= 2) {
    Places upper, lower;
    for (int k = 0; k < kLanes; ++k) {
      upper[k] = (k & s) == 0 ? k : kLanes + k - s;
      lower[k] = (k & s) == 0 ? k + s : kLanes + k;
    }
#pragma GCC unroll 16
    for (int r = 0; r < kLanes; ++r) {
      if ((r & s) != 0) continue;
      const Lanes a = rows[r], b = rows[r + s];
      rows[r] = __builtin_shuffle(a, b, upper);
      rows[r + s] = __builtin_shuffle(a, b, lower);
    }
  }
  for (int c = 0; c < kLanes; ++c) Store(to + c * to_stride, rows[c]);
#endif
}

// Working memory that is written before it is read: of megabytes, to set it to 0 first takes as long as a sparse product.
class Scratch {
 public:
  explicit Scratch(int64_t count) : at_(static_cast<float*>(Eigen::internal::aligned_malloc(count * sizeof(float)))) {}
  Scratch(Scratch&& other) : at_(std::exchange(other.at_, nullptr)) {}
  ~Scratch() { Eigen::internal::aligned_free(at_); }
  float* data() const { return at_; }

 private:
  float* at_;
};

// Rows `first` .. of x [rows, depth] as a panel [depth, kLanes N], zeros behind the last row.
template <int N>
inline void FillPanel(const float* x, int64_t rows, int64_t depth, int64_t first, float* to) {
  constexpr int kWidth = N * kLanes;
  const int64_t count = std::min<int64_t>(kWidth, rows - first);
  if (count < kWidth) std::fill_n(to, depth * kWidth, 0.0f);
  // In blocks of columns, so that what is written stays in the cache until it is full.
  for (int64_t from = 0; from < depth; from += kLanes) {
    const int64_t until = std::min<int64_t>(depth, from + kLanes);
    int64_t r = 0;
    for (; r + kLanes <= count && until - from == kLanes; r += kLanes) {
      Transpose(x + (first + r) * depth + from, depth, to + from * kWidth + r, kWidth);
    }
    for (; r < count; ++r) {
      const float* row = x + (first + r) * depth;
      for (int64_t d = from; d < until; ++d) to[d * kWidth + r] = row[d];
    }
  }
}

// All panels of x, one after the other.
template <int N>
inline Scratch PanelsOf(OpKernelContext* ctx, const float* x, int64_t rows, int64_t depth) {
  constexpr int64_t kWidth = N * kLanes;
  const int64_t panels = (rows + kWidth - 1) / kWidth;
  Scratch out(panels * depth * kWidth);
  ForEach(ctx, panels, [&](int64_t panel) {
    FillPanel<N>(x, rows, depth, panel * kWidth, out.data() + panel * depth * kWidth);
  });
  return out;
}

}  // namespace switchyard
