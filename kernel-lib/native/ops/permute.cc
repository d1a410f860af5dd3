// Tokens to rows and back: a gather, and a weighted sum over the choices of a token. Assignment t * K + j is choice j of
// token t; `source` names the assignment of each row, `inverse` the row of each assignment, or -1 where it has none.

#include "groups.h"

#include "activation.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/common_shape_fns.h"

namespace switchyard {

using namespace tensorflow;

REGISTER_OP("SwitchyardCombine")
    .Input("y: float")        // [R, D]
    .Input("weights: float")  // [T, K], or [0]: all weights are 1
    .Input("inverse: int32")  // [T * K]
    .Attr("k: int")
    .Output("x: float")  // [T, D]
    .SetShapeFn(shape_inference::UnknownShape);

class Combine : public SizedOp {
 public:
  explicit Combine(OpKernelConstruction* ctx) : SizedOp(ctx) { OP_REQUIRES_OK(ctx, ctx->GetAttr("k", &k_)); }

  void ComputeSized(OpKernelContext* ctx) override {
    const Tensor& y = ctx->input(0);
    const Tensor& weights = ctx->input(1);
    const Tensor& inverse = ctx->input(2);
    OP_REQUIRES(ctx, y.dims() == 2 && inverse.dims() == 1 && k_ > 0 && inverse.dim_size(0) % k_ == 0,
                errors::InvalidArgument("y must be [R, D] and inverse [T * ", k_, "], got ", y.shape().DebugString(), ", ",
                                        inverse.shape().DebugString()));
    const bool weighted = weights.NumElements() > 0;
    OP_REQUIRES(ctx, !weighted || weights.NumElements() == inverse.NumElements(),
                errors::InvalidArgument("weights must have a value for each of the ", inverse.NumElements(),
                                        " assignments, got ", weights.shape().DebugString()));
    OP_REQUIRES_OK(ctx, CheckIndices("inverse", inverse, -1, y.dim_size(0)));
    const int64_t tokens = inverse.dim_size(0) / k_;
    const int64_t width = y.dim_size(1);
    Tensor* x = nullptr;
    OP_REQUIRES_OK(ctx, Allocate(ctx, 0, {tokens, width}, &x));
    const float* ys = y.flat<float>().data();
    const float* ws = weights.flat<float>().data();
    const int32_t* row_of = inverse.flat<int32_t>().data();
    float* xs = x->flat<float>().data();
    ForEachRowBlock(ctx, tokens, width * k_, [&](int64_t begin, int64_t end) {
      for (int64_t t = begin; t < end; ++t) {
        Run sum(xs + t * width, width);
        sum.setZero();
        for (int64_t a = t * k_; a < (t + 1) * k_; ++a) {
          if (row_of[a] >= 0) sum += ConstRun(ys + int64_t{row_of[a]} * width, width) * (weighted ? ws[a] : 1.0f);
        }
      }
    });
  }

 private:
  int k_;
};

REGISTER_KERNEL_BUILDER(Name("SwitchyardCombine").Device(DEVICE_CPU), Combine);

REGISTER_OP("SwitchyardCombineGrad")
    .Input("dx: float")       // [T, D]
    .Input("y: float")        // [R, D]
    .Input("weights: float")  // [T, K]
    .Input("source: int32")   // [R]
    .Output("dy: float")        // [R, D]
    .Output("dweights: float")  // [T, K], 0 for an assignment without a row
    .SetShapeFn(shape_inference::UnknownShape);

class CombineGrad : public SizedOp {
 public:
  explicit CombineGrad(OpKernelConstruction* ctx) : SizedOp(ctx) {}

  void ComputeSized(OpKernelContext* ctx) override {
    const Tensor& dx = ctx->input(0);
    const Tensor& y = ctx->input(1);
    const Tensor& weights = ctx->input(2);
    const Tensor& source = ctx->input(3);
    OP_REQUIRES(ctx, dx.dims() == 2 && y.dims() == 2 && weights.dims() == 2 && dx.dim_size(1) == y.dim_size(1) &&
                         weights.dim_size(0) == dx.dim_size(0) && source.NumElements() == y.dim_size(0),
                errors::InvalidArgument("dx, y, weights and source must be [T, D], [R, D], [T, K] and [R], got ",
                                        dx.shape().DebugString(), ", ", y.shape().DebugString(), ", ",
                                        weights.shape().DebugString(), ", ", source.shape().DebugString()));
    OP_REQUIRES_OK(ctx, CheckIndices("source", source, 0, weights.NumElements()));
    const int64_t width = y.dim_size(1);
    const int64_t k = weights.dim_size(1);
    Tensor* dy = nullptr;
    Tensor* dweights = nullptr;
    OP_REQUIRES_OK(ctx, ctx->allocate_output(0, y.shape(), &dy));
    OP_REQUIRES_OK(ctx, ctx->allocate_output(1, weights.shape(), &dweights));
    const float* dxs = dx.flat<float>().data();
    const float* ys = y.flat<float>().data();
    const float* ws = weights.flat<float>().data();
    const int32_t* assignment = source.flat<int32_t>().data();
    float* dys = dy->flat<float>().data();
    float* dws = dweights->flat<float>().data();
    std::fill_n(dws, weights.NumElements(), 0.0f);
    ForEachRowBlock(ctx, y.dim_size(0), 2 * width, [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r) {
        const int64_t a = assignment[r];
        ConstRun gradient(dxs + a / k * width, width);
        Run(dys + r * width, width) = gradient * ws[a];
        dws[a] = (gradient * ConstRun(ys + r * width, width)).sum();
      }
    });
  }
};

REGISTER_KERNEL_BUILDER(Name("SwitchyardCombineGrad").Device(DEVICE_CPU), CombineGrad);

REGISTER_OP("SwitchyardDispatch")
    .Input("x: float")       // [T, D]
    .Input("source: int32")  // [R]
    .Attr("k: int")
    .Output("rows: float")  // [R, D]
    .SetShapeFn(shape_inference::UnknownShape);

class Dispatch : public SizedOp {
 public:
  explicit Dispatch(OpKernelConstruction* ctx) : SizedOp(ctx) { OP_REQUIRES_OK(ctx, ctx->GetAttr("k", &k_)); }

  void ComputeSized(OpKernelContext* ctx) override {
    const Tensor& x = ctx->input(0);
    const Tensor& source = ctx->input(1);
    OP_REQUIRES(ctx, x.dims() == 2 && source.dims() == 1 && k_ > 0,
                errors::InvalidArgument("x and source must be [T, D] and [R], got ", x.shape().DebugString(), ", ",
                                        source.shape().DebugString()));
    OP_REQUIRES_OK(ctx, CheckIndices("source", source, 0, x.dim_size(0) * k_));
    const int64_t width = x.dim_size(1);
    Tensor* rows = nullptr;
    OP_REQUIRES_OK(ctx, Allocate(ctx, 0, {source.dim_size(0), width}, &rows));
    const float* xs = x.flat<float>().data();
    const int32_t* assignment = source.flat<int32_t>().data();
    float* out = rows->flat<float>().data();
    ForEachRowBlock(ctx, source.dim_size(0), width, [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r) std::copy_n(xs + assignment[r] / k_ * width, width, out + r * width);
    });
  }

 private:
  int k_;
};

REGISTER_KERNEL_BUILDER(Name("SwitchyardDispatch").Device(DEVICE_CPU), Dispatch);

}  // namespace switchyard
