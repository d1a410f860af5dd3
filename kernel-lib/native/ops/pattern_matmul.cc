// y = x W of a matrix of which each output counts n of every m inputs in turn. Lanes are outputs: the m inputs of a row lie in one register, from which each
// lane takes its own. No index is followed in memory, and a value has half a byte of place beside it.

#include "panels.h"

#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/op.h"

namespace switchyard {

using namespace tensorflow;

REGISTER_OP("SwitchyardPatternMatMul")
    .Input("x: float")       // [R, D]
    .Input("values: float")  // [D / m, n, P]
    .Input("places: int32")  // [D / m, n, P / 8 rounded up]: of eight outputs the input within its m, four bits each, the first the lowest
    .Attr("m: int")          // 1 .. 16
    .Output("y: float")      // [R, P]
    .SetShapeFn(shape_inference::UnknownShape);

using LaneInts = int32_t __attribute__((vector_size(64)));
using LaneBits = uint32_t __attribute__((vector_size(64)));

// Of each lane the value at its place.
inline Lanes Take(const Lanes& from, const LaneInts& places) {
#ifdef __clang__
  Lanes taken;
  for (int k = 0; k < kLanes; ++k) taken[k] = from[places[k]];
  return taken;
#else
  return __builtin_shuffle(from, places);
#endif
}

// The places of sixteen outputs.
inline LaneInts PlacesOf(const int32_t* words) {
  constexpr uint32_t kAll = ~0u;
  // Masks: to write eight lanes and eight and read all sixteen would wait for what was written.
  const LaneBits first = {kAll, kAll, kAll, kAll, kAll, kAll, kAll, kAll};
  const LaneBits both = ((LaneBits{} + static_cast<uint32_t>(words[0])) & first) | ((LaneBits{} + static_cast<uint32_t>(words[1])) & ~first);
  const LaneBits by = {0, 4, 8, 12, 16, 20, 24, 28, 0, 4, 8, 12, 16, 20, 24, 28};
  return reinterpret_cast<LaneInts>((both >> by) & 15u);
}

// Some outputs of a matrix: where their values begin, and those of the next kept input.
struct Columns {
  const float* values;
  int64_t next_values;
  const int32_t* places;
  int64_t next_places;
};

// kRows rows of 16 V outputs. Sixteen values are read from the first of each m inputs: those behind the m are taken by none.
template <int kRows, int V>
inline void SumRows(const Columns& w, int64_t groups, int64_t n, int64_t m, const float* const* x, float (*out)[V * kLanes]) {
  Lanes sums[kRows][V] = {};
  const float* value = w.values;
  const int32_t* place = w.places;
  const float* row[kRows];
  for (int r = 0; r < kRows; ++r) row[r] = x[r];
  for (int64_t g = 0; g < groups; ++g) {
    for (int64_t j = 0; j < n; ++j, value += w.next_values, place += w.next_places) {
      Lanes values[V];
      LaneInts places[V];
      for (int v = 0; v < V; ++v) values[v] = Load(value + v * kLanes), places[v] = PlacesOf(place + 2 * v);
#pragma GCC unroll 8
      for (int r = 0; r < kRows; ++r) {
        const Lanes inputs = Load(row[r] + g * m);
#pragma GCC unroll 4
        for (int v = 0; v < V; ++v) sums[r][v] += values[v] * Take(inputs, places[v]);
      }
    }
  }
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < V; ++v) Store(out[r] + v * kLanes, sums[r][v]);
  }
}

// As many of kRows rows as are left, or the next smaller power of two; how many.
template <int kRows, int V>
inline int64_t SumSome(int64_t left, const Columns& w, int64_t groups, int64_t n, int64_t m, const float* const* x,
                       float (*out)[V * kLanes]) {
  if constexpr (kRows > 1) {
    if (left < kRows) return SumSome<kRows / 2, V>(left, w, groups, n, m, x, out);
  }
  SumRows<kRows, V>(w, groups, n, m, x, out);
  return kRows;
}

class PatternMatMul : public SizedOp {
 public:
  explicit PatternMatMul(OpKernelConstruction* ctx) : SizedOp(ctx) {
    OP_REQUIRES_OK(ctx, ctx->GetAttr("m", &m_));
    OP_REQUIRES(ctx, m_ >= 1 && m_ <= kLanes, errors::InvalidArgument("m must be 1..", kLanes, ", got ", m_));
  }

  void ComputeSized(OpKernelContext* ctx) override {
    const Tensor& x = ctx->input(0);
    const Tensor& values = ctx->input(1);
    const Tensor& places = ctx->input(2);
    OP_REQUIRES(ctx, x.dims() == 2 && values.dims() == 3 && x.dim_size(1) == values.dim_size(0) * m_,
                errors::InvalidArgument("x and values must be [R, D] and [D / ", m_, ", n, P], got ", x.shape().DebugString(), ", ",
                                        values.shape().DebugString()));
    const int64_t outputs = values.dim_size(2);
    OP_REQUIRES(ctx, places.dims() == 3 && places.dim_size(0) == values.dim_size(0) && places.dim_size(1) == values.dim_size(1) &&
                         places.dim_size(2) == (outputs + 7) / 8,
                errors::InvalidArgument("places must be [D / ", m_, ", n, P / 8], got ", places.shape().DebugString(), " for ",
                                        values.shape().DebugString()));
    OP_REQUIRES(ctx, PlacesFit(places), errors::InvalidArgument("places must be 0..", m_ - 1));
    Tensor* y = nullptr;
    OP_REQUIRES_OK(ctx, Allocate(ctx, 0, {x.dim_size(0), outputs}, &y));
    if (y->NumElements() == 0) return;
    if (values.NumElements() == 0) {
      std::fill_n(y->flat<float>().data(), y->NumElements(), 0.0f);
      return;
    }
    // Of few rows the matrix is what takes the time: it is read in longer pieces.
    if (x.dim_size(0) <= 2) {
      Run<2, 8>(ctx, x, values, places, y);
    } else {
      Run<8, 2>(ctx, x, values, places, y);
    }
  }

 private:
  bool PlacesFit(const Tensor& places) const {
    const int32_t* words = places.flat<int32_t>().data();
    uint32_t beyond = 0;
    for (int64_t i = 0; i < places.NumElements(); ++i) {
      for (int k = 0; k < 32; k += 4) beyond |= ((static_cast<uint32_t>(words[i]) >> k) & 15u) >= static_cast<uint32_t>(m_);
    }
    return beyond == 0;
  }

  template <int kRows, int V>
  void Run(OpKernelContext* ctx, const Tensor& x, const Tensor& values, const Tensor& places, Tensor* y) const {
    constexpr int64_t kBlock = V * kLanes;
    const int64_t rows = x.dim_size(0), depth = x.dim_size(1), outputs = y->dim_size(1);
    const int64_t groups = values.dim_size(0), n = values.dim_size(1), words = places.dim_size(2);
    const float* xs = x.flat<float>().data();
    float* ys = y->flat<float>().data();
    // Sixteen values are read at once: of the last rows, which hold that many together, from a copy with room behind it.
    const int64_t in_place = std::max<int64_t>(0, rows - (kLanes + depth - 1) / depth);
    const Scratch last((rows - in_place) * depth + kLanes);
    std::fill_n(std::copy(xs + in_place * depth, xs + rows * depth, last.data()), kLanes, 0.0f);
    const int64_t blocks = (outputs + kBlock - 1) / kBlock;
    const int64_t tiles = (rows + kRows - 1) / kRows;
    const int64_t parts = std::max<int64_t>(1, std::min<int64_t>(tiles, 2 * NumThreads(ctx) / blocks));
    ForEach(ctx, blocks * parts, [&](int64_t i) {
      const int64_t first = i / parts * kBlock, count = std::min(kBlock, outputs - first);
      Columns w{values.flat<float>().data() + first, outputs, places.flat<int32_t>().data() + first / 8, words};
      // Read again and again in one piece, and with room behind the last output.
      const bool own = count < kBlock || tiles > 1;
      const Scratch own_values(own ? groups * n * kBlock : 0);
      std::vector<int32_t> own_places(own ? groups * n * kBlock / 8 : 0);
      if (own) {
        for (int64_t k = 0; k < groups * n; ++k) {
          float* to = own_values.data() + k * kBlock;
          std::fill(std::copy_n(w.values + k * outputs, count, to), to + kBlock, 0.0f);
          std::copy_n(w.places + k * words, (count + 7) / 8, own_places.data() + k * kBlock / 8);
        }
        w = {own_values.data(), kBlock, own_places.data(), kBlock / 8};
      }
      const int64_t until = std::min(rows, tiles * (i % parts + 1) / parts * kRows);
      for (int64_t r = tiles * (i % parts) / parts * kRows; r < until;) {
        const float* at[kRows];
        for (int64_t k = 0; k < kRows; ++k) {
          const int64_t row = std::min(r + k, rows - 1);
          at[k] = row < in_place ? xs + row * depth : last.data() + (row - in_place) * depth;
        }
        float out[kRows][kBlock];
        const int64_t done = SumSome<kRows, V>(until - r, w, groups, n, m_, at, out);
        for (int64_t k = 0; k < done; ++k) std::copy_n(out[k], count, ys + (r + k) * outputs + first);
        r += done;
      }
    });
  }

  int64_t m_;
};

REGISTER_KERNEL_BUILDER(Name("SwitchyardPatternMatMul").Device(DEVICE_CPU), PatternMatMul);

}  // namespace switchyard
