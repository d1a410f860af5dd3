// An activation in one pass over memory, and its gradient.

#include "groups.h"

#include "activation.h"
#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/op.h"

namespace switchyard {

using namespace tensorflow;

REGISTER_OP("SwitchyardActivation")
    .Input("x: float")
    .Attr("activation: string")
    .Output("y: float")
    .SetShapeFn(shape_inference::UnchangedShape);

class ActivationOp : public OpKernel {
 public:
  explicit ActivationOp(OpKernelConstruction* ctx) : OpKernel(ctx) {
    OP_REQUIRES_OK(ctx, ReadActivation(ctx, &activation_));
  }

  void Compute(OpKernelContext* ctx) override {
    const Tensor& x = ctx->input(0);
    Tensor* y = nullptr;
    OP_REQUIRES_OK(ctx, ctx->allocate_output(0, x.shape(), &y));
    const float* xs = x.flat<float>().data();
    float* ys = y->flat<float>().data();
    ForEachRowBlock(ctx, x.NumElements(), 1, [&](int64_t begin, int64_t end) {
      std::copy(xs + begin, xs + end, ys + begin);
      Activate(activation_, ys + begin, end - begin);
    });
  }

 private:
  Activation activation_;
};

REGISTER_KERNEL_BUILDER(Name("SwitchyardActivation").Device(DEVICE_CPU), ActivationOp);

REGISTER_OP("SwitchyardActivationGrad")
    .Input("dy: float")
    .Input("x: float")  // what the activation was applied to; the shape of dy
    .Attr("activation: string")
    .Output("dx: float")
    .SetShapeFn(shape_inference::UnchangedShape);

class ActivationGrad : public OpKernel {
 public:
  explicit ActivationGrad(OpKernelConstruction* ctx) : OpKernel(ctx) {
    OP_REQUIRES_OK(ctx, ReadActivation(ctx, &activation_));
  }

  void Compute(OpKernelContext* ctx) override {
    const Tensor& dy = ctx->input(0);
    const Tensor& x = ctx->input(1);
    OP_REQUIRES(ctx, dy.shape() == x.shape(),
                errors::InvalidArgument("dy and x must have one shape, got ", dy.shape().DebugString(), " and ",
                                        x.shape().DebugString()));
    Tensor* dx = nullptr;
    OP_REQUIRES_OK(ctx, ctx->allocate_output(0, x.shape(), &dx));
    const float* dys = dy.flat<float>().data();
    const float* xs = x.flat<float>().data();
    float* dxs = dx->flat<float>().data();
    ForEachRowBlock(ctx, x.NumElements(), 1, [&](int64_t begin, int64_t end) {
      std::copy(dys + begin, dys + end, dxs + begin);
      MultiplyDerivative(activation_, xs + begin, dxs + begin, end - begin);
    });
  }

 private:
  Activation activation_;
};

REGISTER_KERNEL_BUILDER(Name("SwitchyardActivationGrad").Device(DEVICE_CPU), ActivationGrad);

}  // namespace switchyard
