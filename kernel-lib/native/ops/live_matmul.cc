// Products with some rows of a matrix, read where they lie: of the live inputs of one whose rows are inputs, or of the live outputs of one whose rows are outputs.

#include "panels.h"

#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/op.h"

namespace switchyard {

using namespace tensorflow;

REGISTER_OP("SwitchyardLiveInputs")
    .Input("x: float")     // [R, D], or [R, L] with `compact`
    .Input("w: float")     // [D, P]
    .Input("live: int32")  // [L], 0 .. D - 1
    .Attr("compact: bool")
    .Output("y: float")    // [R, P]
    .SetShapeFn(shape_inference::UnknownShape);

REGISTER_OP("SwitchyardLiveOutputs")
    .Input("x: float")     // [R, D]
    .Input("w: float")     // [P, D]
    .Input("live: int32")  // [L], 0 .. P - 1
    .Output("y: float")    // [R, L]
    .SetShapeFn(shape_inference::UnknownShape);

struct Live {
  const float* w;
  int64_t width;  // of a row of w
  const int32_t* rows;
  int64_t count;
};

// y [T rows, 16 N columns] of x [T rows]; `each` says where in a row of x the value for a live row stands.
template <int T, int N>
inline void SumLive(const Live& live, bool compact, const float* x, int64_t next_x, int64_t column, float* y) {
  Lanes sums[T][N] = {};
  for (int64_t l = 0; l < live.count; ++l) {
    const float* row = live.w + live.rows[l] * live.width + column;
    const float* by = x + (compact ? l : live.rows[l]);
#pragma GCC unroll 16
    for (int n = 0; n < N; ++n) {
      const Lanes w = Load(row + n * kLanes);
#pragma GCC unroll 4
      for (int t = 0; t < T; ++t) sums[t][n] += by[t * next_x] * w;
    }
  }
  for (int t = 0; t < T; ++t) {
    for (int n = 0; n < N; ++n) Store(y + t * live.width + column + n * kLanes, sums[t][n]);
  }
}

// The columns `from` .. `until` of T rows.
template <int T>
inline void SumLiveColumns(const Live& live, bool compact, const float* x, int64_t next_x, int64_t from, int64_t until, float* y) {
  constexpr int N = 16 / T;
  int64_t column = from;
  for (; column + N * kLanes <= until; column += N * kLanes) SumLive<T, N>(live, compact, x, next_x, column, y);
  for (; column + kLanes <= until; column += kLanes) SumLive<T, 1>(live, compact, x, next_x, column, y);
  for (; column < until; ++column) {
    for (int t = 0; t < T; ++t) {
      float sum = 0;
      for (int64_t l = 0; l < live.count; ++l) {
        sum += x[t * next_x + (compact ? l : live.rows[l])] * live.w[live.rows[l] * live.width + column];
      }
      y[t * live.width + column] = sum;
    }
  }
}

class LiveInputs : public SizedOp {
 public:
  explicit LiveInputs(OpKernelConstruction* ctx) : SizedOp(ctx) { OP_REQUIRES_OK(ctx, ctx->GetAttr("compact", &compact_)); }

  void ComputeSized(OpKernelContext* ctx) override {
    const Tensor& x = ctx->input(0);
    const Tensor& w = ctx->input(1);
    const Tensor& live = ctx->input(2);
    OP_REQUIRES(ctx, x.dims() == 2 && w.dims() == 2 && live.dims() == 1 && x.dim_size(1) == (compact_ ? live.dim_size(0) : w.dim_size(0)),
                errors::InvalidArgument("x, w and live must be [R, D], [D, P] and [L], got ", x.shape().DebugString(), ", ",
                                        w.shape().DebugString(), ", ", live.shape().DebugString()));
    OP_REQUIRES_OK(ctx, CheckIndices("live", live, 0, w.dim_size(0)));
    const int64_t rows = x.dim_size(0), depth = x.dim_size(1), outputs = w.dim_size(1);
    Tensor* y = nullptr;
    OP_REQUIRES_OK(ctx, Allocate(ctx, 0, {rows, outputs}, &y));
    if (y->NumElements() == 0) return;
    const Live all{w.flat<float>().data(), outputs, live.flat<int32_t>().data(), live.dim_size(0)};
    const float* xs = x.flat<float>().data();
    float* ys = y->flat<float>().data();
    // Whole registers to each piece, whatever the threads: a sum is the same in all of them.
    const int64_t step = kLanes * std::max<int64_t>(4, (outputs / (2 * NumThreads(ctx)) + kLanes - 1) / kLanes);
    ForEach(ctx, (outputs + step - 1) / step, [&](int64_t i) {
      const int64_t from = i * step, until = std::min(outputs, from + step);
      int64_t r = 0;
      for (; r + 4 <= rows; r += 4) SumLiveColumns<4>(all, compact_, xs + r * depth, depth, from, until, ys + r * outputs);
      for (; r < rows; ++r) SumLiveColumns<1>(all, compact_, xs + r * depth, depth, from, until, ys + r * outputs);
    });
  }

 private:
  bool compact_;
};

class LiveOutputs : public SizedOp {
 public:
  explicit LiveOutputs(OpKernelConstruction* ctx) : SizedOp(ctx) {}

  void ComputeSized(OpKernelContext* ctx) override {
    const Tensor& x = ctx->input(0);
    const Tensor& w = ctx->input(1);
    const Tensor& live = ctx->input(2);
    OP_REQUIRES(ctx, x.dims() == 2 && w.dims() == 2 && live.dims() == 1 && x.dim_size(1) == w.dim_size(1),
                errors::InvalidArgument("x, w and live must be [R, D], [P, D] and [L], got ", x.shape().DebugString(), ", ",
                                        w.shape().DebugString(), ", ", live.shape().DebugString()));
    OP_REQUIRES_OK(ctx, CheckIndices("live", live, 0, w.dim_size(0)));
    const int64_t rows = x.dim_size(0), depth = x.dim_size(1), count = live.dim_size(0);
    Tensor* y = nullptr;
    OP_REQUIRES_OK(ctx, Allocate(ctx, 0, {rows, count}, &y));
    const float* xs = x.flat<float>().data();
    const float* ws = w.flat<float>().data();
    const int32_t* at = live.flat<int32_t>().data();
    float* ys = y->flat<float>().data();
    ForEachRowBlock(ctx, count, rows * depth, [&](int64_t from, int64_t until) {
      for (int64_t l = from; l < until; ++l) {
        for (int64_t r = 0; r < rows; ++r) ys[r * count + l] = Dot(xs + r * depth, ws + at[l] * depth, depth);
      }
    });
  }

 private:
  static float Dot(const float* a, const float* b, int64_t depth) {
    Lanes sums[4] = {};
    int64_t d = 0;
    for (; d + 4 * kLanes <= depth; d += 4 * kLanes) {
      for (int k = 0; k < 4; ++k) sums[k] += Load(a + d + k * kLanes) * Load(b + d + k * kLanes);
    }
    for (; d + kLanes <= depth; d += kLanes) sums[0] += Load(a + d) * Load(b + d);
    float sum = SumOf((sums[0] + sums[1]) + (sums[2] + sums[3]));
    for (; d < depth; ++d) sum += a[d] * b[d];
    return sum;
  }
};

REGISTER_KERNEL_BUILDER(Name("SwitchyardLiveInputs").Device(DEVICE_CPU), LiveInputs);
REGISTER_KERNEL_BUILDER(Name("SwitchyardLiveOutputs").Device(DEVICE_CPU), LiveOutputs);

}  // namespace switchyard
