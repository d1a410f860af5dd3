// Normalisation of rows with a scale, and a shift where there is one, in one pass over memory, and its gradient.

#include "groups.h"

#include <cmath>

#include "activation.h"
#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/op.h"

namespace switchyard {

using namespace tensorflow;

REGISTER_OP("SwitchyardNorm")
    .Input("x: float")        // [..., D]
    .Input("weight: float")   // [D]
    .Input("bias: float")     // [D], or [0]: none
    .Input("epsilon: float")  // added to the mean square; one number
    .Attr("centered: bool")   // layer normalisation; else by the root mean square
    .Output("y: float")
    .SetShapeFn(shape_inference::UnchangedShape);

REGISTER_OP("SwitchyardNormGrad")
    .Input("dy: float")
    .Input("x: float")
    .Input("weight: float")
    .Input("bias: float")
    .Input("epsilon: float")
    .Attr("centered: bool")
    .Output("dx: float")
    .Output("dweight: float")
    .Output("dbias: float")
    .SetShapeFn(shape_inference::UnknownShape);

class NormBase : public OpKernel {
 public:
  explicit NormBase(OpKernelConstruction* ctx) : OpKernel(ctx) { OP_REQUIRES_OK(ctx, ctx->GetAttr("centered", &centered_)); }

 protected:
  Status Check(const Tensor& x, const Tensor& weight, const Tensor& bias, const Tensor& epsilon) const {
    const int64_t width = weight.NumElements();
    if (epsilon.NumElements() != 1) {
      return errors::InvalidArgument("epsilon must be one number, got ", epsilon.shape().DebugString());
    }
    if (x.dims() == 0 || weight.dims() != 1 || x.dim_size(x.dims() - 1) != width || width == 0 ||
        (bias.NumElements() != 0 && bias.NumElements() != width)) {
      return errors::InvalidArgument("weight and bias must be of the last size of x, got ", weight.shape().DebugString(), ", ",
                                     bias.shape().DebugString(), " and ", x.shape().DebugString());
    }
    return OkStatus();
  }

  struct Moments {
    float mean, inverse;
  };

  Moments Of(const ConstRun& x, float epsilon) const {
    const float mean = centered_ ? x.mean() : 0.0f;
    return {mean, 1.0f / std::sqrt((x - mean).square().mean() + epsilon)};
  }

  bool centered_ = false;
};

class Norm : public NormBase {
 public:
  using NormBase::NormBase;

  void Compute(OpKernelContext* ctx) override {
    const Tensor &x = ctx->input(0), &weight = ctx->input(1), &bias = ctx->input(2), &epsilon = ctx->input(3);
    OP_REQUIRES_OK(ctx, Check(x, weight, bias, epsilon));
    Tensor* y = nullptr;
    OP_REQUIRES_OK(ctx, ctx->allocate_output(0, x.shape(), &y));
    const int64_t width = weight.NumElements();
    const float added = epsilon.flat<float>()(0);
    const float* xs = x.flat<float>().data();
    float* ys = y->flat<float>().data();
    const ConstRun scale(weight.flat<float>().data(), width);
    const bool shifted = bias.NumElements() > 0;
    const ConstRun shift(bias.flat<float>().data(), shifted ? width : 0);
    ForEachRowBlock(ctx, x.NumElements() / width, width, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        const ConstRun own(xs + row * width, width);
        const Moments of = Of(own, added);
        Run out(ys + row * width, width);
        out = (own - of.mean) * scale * of.inverse;
        if (shifted) out += shift;
      }
    });
  }
};

class NormGrad : public NormBase {
 public:
  using NormBase::NormBase;

  void Compute(OpKernelContext* ctx) override {
    const Tensor &dy = ctx->input(0), &x = ctx->input(1), &weight = ctx->input(2), &bias = ctx->input(3), &epsilon = ctx->input(4);
    OP_REQUIRES_OK(ctx, Check(x, weight, bias, epsilon));
    OP_REQUIRES(ctx, dy.shape() == x.shape(),
                errors::InvalidArgument("dy and x must have one shape, got ", dy.shape().DebugString(), " and ",
                                        x.shape().DebugString()));
    Tensor *dx = nullptr, *dweight = nullptr, *dbias = nullptr;
    OP_REQUIRES_OK(ctx, ctx->allocate_output(0, x.shape(), &dx));
    OP_REQUIRES_OK(ctx, ctx->allocate_output(1, weight.shape(), &dweight));
    OP_REQUIRES_OK(ctx, ctx->allocate_output(2, bias.shape(), &dbias));
    const int64_t width = weight.NumElements(), rows = x.NumElements() / width;
    const bool shifted = bias.NumElements() > 0;
    const float added = epsilon.flat<float>()(0);
    const float* dys = dy.flat<float>().data();
    const float* xs = x.flat<float>().data();
    float* dxs = dx->flat<float>().data();
    const ConstRun scale(weight.flat<float>().data(), width);
    // Sums over the rows of a block, then over blocks in order: the same bits on any number of threads.
    const int64_t block = std::max<int64_t>(1, 16384 / width), blocks = (rows + block - 1) / block;
    Floats sums(2 * blocks * width, 0.0f);
    ForEach(ctx, blocks, [&](int64_t i) {
      Run ofWeight(sums.data() + 2 * i * width, width), ofBias(sums.data() + (2 * i + 1) * width, width);
      for (int64_t row = i * block; row < std::min(rows, (i + 1) * block); ++row) {
        const ConstRun own(xs + row * width, width), slope(dys + row * width, width);
        const Moments of = Of(own, added);
        Run out(dxs + row * width, width);
        ofWeight += slope * (own - of.mean) * of.inverse;
        if (shifted) ofBias += slope;
        const float along = (slope * scale * (own - of.mean)).mean() * of.inverse * of.inverse;
        const float level = centered_ ? (slope * scale).mean() : 0.0f;
        out = (slope * scale - level - (own - of.mean) * along) * of.inverse;
      }
    });
    Run allWeight(dweight->flat<float>().data(), width), allBias(dbias->flat<float>().data(), shifted ? width : 0);
    allWeight.setZero();
    allBias.setZero();
    for (int64_t i = 0; i < blocks; ++i) {
      allWeight += ConstRun(sums.data() + 2 * i * width, width);
      if (shifted) allBias += ConstRun(sums.data() + (2 * i + 1) * width, width);
    }
  }
};

REGISTER_KERNEL_BUILDER(Name("SwitchyardNorm").Device(DEVICE_CPU), Norm);
REGISTER_KERNEL_BUILDER(Name("SwitchyardNormGrad").Device(DEVICE_CPU), NormGrad);

}  // namespace switchyard
