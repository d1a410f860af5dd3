// Scales each row to root mean square 1 and by a weight, in one pass.

#include "groups.h"

#include <cmath>

#include "activation.h"
#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/op.h"

namespace switchyard {

using namespace tensorflow;

REGISTER_OP("SwitchyardRmsNorm")
    .Input("x: float")       // [..., D]
    .Input("weight: float")   // [D]
    .Input("epsilon: float")  // added to the mean square; one number
    .Output("y: float")
    .SetShapeFn(shape_inference::UnchangedShape);

class RmsNorm : public OpKernel {
 public:
  explicit RmsNorm(OpKernelConstruction* ctx) : OpKernel(ctx) {}

  void Compute(OpKernelContext* ctx) override {
    const Tensor& x = ctx->input(0);
    const Tensor& weight = ctx->input(1);
    const Tensor& epsilon = ctx->input(2);
    const int64_t width = weight.NumElements();
    OP_REQUIRES(ctx, epsilon.NumElements() == 1,
                errors::InvalidArgument("epsilon must be one number, got ", epsilon.shape().DebugString()));
    const float added = epsilon.flat<float>()(0);
    OP_REQUIRES(ctx, x.dims() > 0 && weight.dims() == 1 && x.dim_size(x.dims() - 1) == width && width > 0,
                errors::InvalidArgument("weight must be of the last size of x, got ", weight.shape().DebugString(), " and ",
                                        x.shape().DebugString()));
    Tensor* y = nullptr;
    OP_REQUIRES_OK(ctx, ctx->allocate_output(0, x.shape(), &y));
    const float* xs = x.flat<float>().data();
    float* ys = y->flat<float>().data();
    const ConstRun scale(weight.flat<float>().data(), width);
    ForEachRowBlock(ctx, x.NumElements() / width, width, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        const ConstRun own(xs + row * width, width);
        Run(ys + row * width, width) = own * scale * (1.0f / std::sqrt(own.square().mean() + added));
      }
    });
  }
};

REGISTER_KERNEL_BUILDER(Name("SwitchyardRmsNorm").Device(DEVICE_CPU), RmsNorm);

}  // namespace switchyard
