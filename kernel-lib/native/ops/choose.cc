// What a router does with its scores: the best of each row, their shares, and what the host reads of them; one pass each.

#include "best.h"

#include <cmath>
#include <numeric>

#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/shape_inference.h"

namespace switchyard {

using namespace tensorflow;

// Keeps 0/0 out of rows that underflow.
constexpr float kTiny = 1e-20f;

inline float RowSum(const float* row, int64_t width) { return std::accumulate(row, row + width, kTiny); }

// dx of y = x / sum(x), a row of `width` values.
inline void SharesGrad(const float* dy, const float* x, int64_t width, float* dx) {
  const float sum = RowSum(x, width);
  const float along = std::inner_product(dy, dy + width, x, 0.0f) / sum;
  for (int64_t i = 0; i < width; ++i) dx[i] = (dy[i] - along) / sum;
}

REGISTER_OP("SwitchyardTopK")
    .Input("scores: float")  // [T, E]
    .Attr("k: int")
    .Output("values: float")   // [T, K], largest first
    .Output("indices: int32")  // [T, K]
    .SetShapeFn(shape_inference::UnknownShape);

REGISTER_OP("SwitchyardTopKShares")
    .Input("scores: float")  // [T, E]
    .Attr("k: int")
    .Output("values: float")   // [T, K], largest first
    .Output("indices: int32")  // [T, K]
    .Output("shares: float")   // values over the sum of their row
    .SetShapeFn(shape_inference::UnknownShape);

template <bool shares>
class TopK : public SizedOp {
 public:
  explicit TopK(OpKernelConstruction* ctx) : SizedOp(ctx) { OP_REQUIRES_OK(ctx, ctx->GetAttr("k", &k_)); }

  void ComputeSized(OpKernelContext* ctx) override {
    const Tensor& scores = ctx->input(0);
    OP_REQUIRES(ctx, scores.dims() == 2 && k_ >= 1 && k_ <= scores.dim_size(1),
                errors::InvalidArgument("scores must be [T, E] with E of at least k = ", k_, ", got ",
                                        scores.shape().DebugString()));
    const int64_t rows = scores.dim_size(0);
    const int columns = scores.dim_size(1);
    Tensor* values = nullptr;
    Tensor* indices = nullptr;
    OP_REQUIRES_OK(ctx, Allocate(ctx, 0, {rows, k_}, &values));
    OP_REQUIRES_OK(ctx, Allocate(ctx, 1, {rows, k_}, &indices));
    const float* from = scores.flat<float>().data();
    float* best = values->flat<float>().data();
    int32_t* at = indices->flat<int32_t>().data();
    float* parts = nullptr;
    if (shares) {
      Tensor* out = nullptr;
      OP_REQUIRES_OK(ctx, Allocate(ctx, 2, {rows, k_}, &out));
      parts = out->flat<float>().data();
    }
    ForEachRowBlock(ctx, rows, columns, [&](int64_t begin, int64_t end) {
      BestOfRows(from + begin * columns, end - begin, columns, k_, at + begin * k_);
      for (int64_t row = begin; row < end; ++row) {
        for (int64_t i = row * k_; i < (row + 1) * k_; ++i) best[i] = from[row * columns + at[i]];
        if (!shares) continue;
        const float sum = RowSum(best + row * k_, k_);
        for (int64_t i = row * k_; i < (row + 1) * k_; ++i) parts[i] = best[i] / sum;
      }
    });
  }

 private:
  int k_;
};

REGISTER_KERNEL_BUILDER(Name("SwitchyardTopK").Device(DEVICE_CPU), TopK<false>);
REGISTER_KERNEL_BUILDER(Name("SwitchyardTopKShares").Device(DEVICE_CPU), TopK<true>);

REGISTER_OP("SwitchyardTakeAlongRowsGrad")
    .Input("dy: float")       // [T, K]
    .Input("indices: int32")  // [T, K], no column twice in a row
    .Attr("columns: int")
    .Output("dx: float")  // [T, columns]
    .SetShapeFn(shape_inference::UnknownShape);

REGISTER_OP("SwitchyardTopKSharesGrad")
    .Input("dy: float")       // [T, K], with regard to the shares
    .Input("indices: int32")  // [T, K], no column twice in a row
    .Input("values: float")   // [T, K], of which they are shares
    .Attr("columns: int")
    .Output("dx: float")  // [T, columns]
    .SetShapeFn(shape_inference::UnknownShape);

template <bool shares>
class TakeAlongRowsGrad : public SizedOp {
 public:
  explicit TakeAlongRowsGrad(OpKernelConstruction* ctx) : SizedOp(ctx) {
    OP_REQUIRES_OK(ctx, ctx->GetAttr("columns", &columns_));
  }

  void ComputeSized(OpKernelContext* ctx) override {
    const Tensor& dy = ctx->input(0);
    const Tensor& indices = ctx->input(1);
    OP_REQUIRES(ctx, dy.dims() == 2 && dy.shape() == indices.shape() && columns_ >= 0,
                errors::InvalidArgument("dy and indices must be [T, K], got ", dy.shape().DebugString(), " and ",
                                        indices.shape().DebugString()));
    OP_REQUIRES(ctx, !shares || ctx->input(2).shape() == dy.shape(),
                errors::InvalidArgument("values must have the shape of dy, got ", ctx->input(shares ? 2 : 0).shape().DebugString()));
    OP_REQUIRES_OK(ctx, CheckIndices("indices", indices, 0, columns_));
    const int64_t rows = dy.dim_size(0), k = dy.dim_size(1);
    Tensor* dx = nullptr;
    OP_REQUIRES_OK(ctx, Allocate(ctx, 0, {rows, columns_}, &dx));
    const float* from = dy.flat<float>().data();
    const int32_t* at = indices.flat<int32_t>().data();
    const float* values = shares ? ctx->input(2).flat<float>().data() : nullptr;
    float* to = dx->flat<float>().data();
    ForEachRowBlock(ctx, rows, columns_, [&](int64_t begin, int64_t end) {
      std::fill(to + begin * columns_, to + end * columns_, 0.0f);
      Floats own(shares ? k : 0);
      for (int64_t row = begin; row < end; ++row) {
        if (shares) SharesGrad(from + row * k, values + row * k, k, own.data());
        const float* put = shares ? own.data() : from + row * k;
        for (int64_t j = 0; j < k; ++j) to[row * columns_ + at[row * k + j]] += put[j];
      }
    });
  }

 private:
  int columns_;
};

REGISTER_KERNEL_BUILDER(Name("SwitchyardTakeAlongRowsGrad").Device(DEVICE_CPU), TakeAlongRowsGrad<false>);
REGISTER_KERNEL_BUILDER(Name("SwitchyardTopKSharesGrad").Device(DEVICE_CPU), TakeAlongRowsGrad<true>);

REGISTER_OP("SwitchyardRowShares")
    .Input("x: float")   // [T, K]
    .Output("y: float")  // x over the sum of its row
    .SetShapeFn(shape_inference::UnchangedShape);

class RowShares : public SizedOp {
 public:
  using SizedOp::SizedOp;

  void ComputeSized(OpKernelContext* ctx) override {
    const Tensor& x = ctx->input(0);
    OP_REQUIRES(ctx, x.dims() == 2, errors::InvalidArgument("x must be [T, K], got ", x.shape().DebugString()));
    const int64_t rows = x.dim_size(0), width = x.dim_size(1);
    Tensor* y = nullptr;
    OP_REQUIRES_OK(ctx, ctx->allocate_output(0, x.shape(), &y));
    const float* xs = x.flat<float>().data();
    float* ys = y->flat<float>().data();
    ForEachRowBlock(ctx, rows, width, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        const float sum = RowSum(xs + row * width, width);
        for (int64_t i = row * width; i < (row + 1) * width; ++i) ys[i] = xs[i] / sum;
      }
    });
  }
};

REGISTER_KERNEL_BUILDER(Name("SwitchyardRowShares").Device(DEVICE_CPU), RowShares);

REGISTER_OP("SwitchyardRowSharesGrad")
    .Input("dy: float")  // [T, K]
    .Input("x: float")   // [T, K]
    .Output("dx: float")
    .SetShapeFn(shape_inference::UnchangedShape);

class RowSharesGrad : public SizedOp {
 public:
  using SizedOp::SizedOp;

  void ComputeSized(OpKernelContext* ctx) override {
    const Tensor& dy = ctx->input(0);
    const Tensor& x = ctx->input(1);
    OP_REQUIRES(ctx, x.dims() == 2 && dy.shape() == x.shape(),
                errors::InvalidArgument("dy and x must be [T, K], got ", dy.shape().DebugString(), " and ",
                                        x.shape().DebugString()));
    const int64_t rows = x.dim_size(0), width = x.dim_size(1);
    Tensor* dx = nullptr;
    OP_REQUIRES_OK(ctx, ctx->allocate_output(0, x.shape(), &dx));
    const float* xs = x.flat<float>().data();
    const float* dys = dy.flat<float>().data();
    float* dxs = dx->flat<float>().data();
    ForEachRowBlock(ctx, rows, width, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        SharesGrad(dys + row * width, xs + row * width, width, dxs + row * width);
      }
    });
  }
};

REGISTER_KERNEL_BUILDER(Name("SwitchyardRowSharesGrad").Device(DEVICE_CPU), RowSharesGrad);

REGISTER_OP("SwitchyardChoices")
    .Input("logits: float")   // [T, E]
    .Input("indices: int32")  // [T, K]
    .Output("read: int32")    // [1 + T K]: how many logits are not finite, then the indices; for one read by the host
    .SetShapeFn(shape_inference::UnknownShape);

class Choices : public SizedOp {
 public:
  using SizedOp::SizedOp;

  void ComputeSized(OpKernelContext* ctx) override {
    const auto logits = ctx->input(0).flat<float>();
    const auto indices = ctx->input(1).flat<int32_t>();
    Tensor* read = nullptr;
    OP_REQUIRES_OK(ctx, Allocate(ctx, 0, {1 + indices.size()}, &read));
    int32_t* to = read->flat<int32_t>().data();
    *to = static_cast<int32_t>(std::count_if(logits.data(), logits.data() + logits.size(),
                                             [](float logit) { return !std::isfinite(logit); }));
    std::copy(indices.data(), indices.data() + indices.size(), to + 1);
  }
};

REGISTER_KERNEL_BUILDER(Name("SwitchyardChoices").Device(DEVICE_CPU), Choices);

}  // namespace switchyard
