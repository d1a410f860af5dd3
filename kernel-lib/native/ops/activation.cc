// An activation in one pass over memory, also one that gates other values, and the gradients.

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

// y = act(gate) values
REGISTER_OP("SwitchyardGated")
    .Input("gate: float")
    .Input("values: float")  // the shape of gate
    .Attr("activation: string")
    .Output("y: float")
    .SetShapeFn(shape_inference::UnchangedShape);

class Gated : public OpKernel {
 public:
  explicit Gated(OpKernelConstruction* ctx) : OpKernel(ctx) { OP_REQUIRES_OK(ctx, ReadActivation(ctx, &activation_)); }

  void Compute(OpKernelContext* ctx) override {
    const Tensor& gate = ctx->input(0);
    const Tensor& values = ctx->input(1);
    OP_REQUIRES(ctx, gate.shape() == values.shape(),
                errors::InvalidArgument("gate and values must have one shape, got ", gate.shape().DebugString(), " and ",
                                        values.shape().DebugString()));
    Tensor* y = nullptr;
    OP_REQUIRES_OK(ctx, ctx->allocate_output(0, gate.shape(), &y));
    const float* gates = gate.flat<float>().data();
    const float* from = values.flat<float>().data();
    float* ys = y->flat<float>().data();
    ForEachRowBlock(ctx, gate.NumElements(), 1, [&](int64_t begin, int64_t end) {
      std::copy(gates + begin, gates + end, ys + begin);
      Gate(activation_, ys + begin, from + begin, end - begin);
    });
  }

 private:
  Activation activation_;
};

REGISTER_KERNEL_BUILDER(Name("SwitchyardGated").Device(DEVICE_CPU), Gated);

REGISTER_OP("SwitchyardGatedGrad")
    .Input("dy: float")
    .Input("gate: float")    // the shape of dy
    .Input("values: float")  // the shape of dy
    .Attr("activation: string")
    .Output("dgate: float")
    .Output("dvalues: float")
    .SetShapeFn(shape_inference::UnknownShape);

class GatedGrad : public OpKernel {
 public:
  explicit GatedGrad(OpKernelConstruction* ctx) : OpKernel(ctx) { OP_REQUIRES_OK(ctx, ReadActivation(ctx, &activation_)); }

  void Compute(OpKernelContext* ctx) override {
    const Tensor& dy = ctx->input(0);
    const Tensor& gate = ctx->input(1);
    const Tensor& values = ctx->input(2);
    OP_REQUIRES(ctx, dy.shape() == gate.shape() && dy.shape() == values.shape(),
                errors::InvalidArgument("dy, gate and values must have one shape, got ", dy.shape().DebugString(), ", ",
                                        gate.shape().DebugString(), " and ", values.shape().DebugString()));
    Tensor* dgate = nullptr;
    Tensor* dvalues = nullptr;
    OP_REQUIRES_OK(ctx, ctx->allocate_output(0, dy.shape(), &dgate));
    OP_REQUIRES_OK(ctx, ctx->allocate_output(1, dy.shape(), &dvalues));
    const float* dys = dy.flat<float>().data();
    const float* gates = gate.flat<float>().data();
    const float* from = values.flat<float>().data();
    float* dgates = dgate->flat<float>().data();
    float* dvs = dvalues->flat<float>().data();
    ForEachRowBlock(ctx, dy.NumElements(), 1, [&](int64_t begin, int64_t end) {
      std::copy(gates + begin, gates + end, dvs + begin);
      Gate(activation_, dvs + begin, dys + begin, end - begin);
      for (int64_t i = begin; i < end; ++i) dgates[i] = dys[i] * from[i];
      MultiplyDerivative(activation_, gates + begin, dgates + begin, end - begin);
    });
  }

 private:
  Activation activation_;
};

REGISTER_KERNEL_BUILDER(Name("SwitchyardGatedGrad").Device(DEVICE_CPU), GatedGrad);

}  // namespace switchyard
