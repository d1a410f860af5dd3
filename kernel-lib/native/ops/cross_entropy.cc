// Cross entropy of rows with their labels, and its gradient: the softmax is never in memory but as the gradient itself.

#include "groups.h"

#include <cmath>

#include "activation.h"
#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/op.h"

namespace switchyard {

using namespace tensorflow;

REGISTER_OP("SwitchyardCrossEntropy")
    .Input("logits: float")  // [T, V]
    .Input("labels: int32")  // [T], 0 .. V - 1
    .Output("loss: float")   // [T]
    .Output("sums: float")   // [T, 2]: a row's greatest logit, and the logarithm of the sum of exponentials beneath it
    .SetShapeFn(shape_inference::UnknownShape);

REGISTER_OP("SwitchyardCrossEntropyGrad")
    .Input("logits: float")
    .Input("labels: int32")
    .Input("sums: float")
    .Input("dloss: float")  // [T]
    .Output("dlogits: float")
    .SetShapeFn(shape_inference::UnknownShape);

class CrossEntropyBase : public OpKernel {
 public:
  using OpKernel::OpKernel;

 protected:
  static Status Check(const Tensor& logits, const Tensor& labels) {
    if (logits.dims() != 2 || labels.dims() != 1 || labels.dim_size(0) != logits.dim_size(0)) {
      return errors::InvalidArgument("logits and labels must be [T, V] and [T], got ", logits.shape().DebugString(), " and ",
                                     labels.shape().DebugString());
    }
    return CheckIndices("labels", labels, 0, logits.dim_size(1));
  }
};

class CrossEntropy : public CrossEntropyBase {
 public:
  using CrossEntropyBase::CrossEntropyBase;

  void Compute(OpKernelContext* ctx) override {
    const Tensor &logits = ctx->input(0), &labels = ctx->input(1);
    OP_REQUIRES_OK(ctx, Check(logits, labels));
    const int64_t rows = logits.dim_size(0), width = logits.dim_size(1);
    Tensor *loss = nullptr, *sums = nullptr;
    OP_REQUIRES_OK(ctx, Allocate(ctx, 0, {rows}, &loss));
    OP_REQUIRES_OK(ctx, Allocate(ctx, 1, {rows, 2}, &sums));
    const float* xs = logits.flat<float>().data();
    const auto at = labels.flat<int32_t>();
    auto losses = loss->flat<float>();
    auto parts = sums->flat<float>();
    ForEachRowBlock(ctx, rows, width, [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r) {
        const ConstRun x(xs + r * width, width);
        const float greatest = x.maxCoeff();
        const float sum = std::log((x - greatest).exp().sum());
        losses(r) = sum - (x(at(r)) - greatest);
        parts(2 * r) = greatest;
        parts(2 * r + 1) = sum;
      }
    });
  }
};

class CrossEntropyGrad : public CrossEntropyBase {
 public:
  using CrossEntropyBase::CrossEntropyBase;

  void Compute(OpKernelContext* ctx) override {
    const Tensor &logits = ctx->input(0), &labels = ctx->input(1), &sums = ctx->input(2), &dloss = ctx->input(3);
    OP_REQUIRES_OK(ctx, Check(logits, labels));
    const int64_t rows = logits.dim_size(0), width = logits.dim_size(1);
    OP_REQUIRES(ctx, sums.NumElements() == 2 * rows && dloss.NumElements() == rows,
                errors::InvalidArgument("sums and dloss must be [T, 2] and [T], got ", sums.shape().DebugString(), " and ",
                                        dloss.shape().DebugString()));
    Tensor* dlogits = nullptr;
    OP_REQUIRES_OK(ctx, ctx->allocate_output(0, logits.shape(), &dlogits));
    const float* xs = logits.flat<float>().data();
    float* dxs = dlogits->flat<float>().data();
    const auto at = labels.flat<int32_t>();
    const auto parts = sums.flat<float>();
    const auto dy = dloss.flat<float>();
    ForEachRowBlock(ctx, rows, width, [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r) {
        Run dx(dxs + r * width, width);
        dx = (ConstRun(xs + r * width, width) - parts(2 * r) - parts(2 * r + 1)).exp() * dy(r);
        dx(at(r)) -= dy(r);
      }
    });
  }
};

REGISTER_KERNEL_BUILDER(Name("SwitchyardCrossEntropy").Device(DEVICE_CPU), CrossEntropy);
REGISTER_KERNEL_BUILDER(Name("SwitchyardCrossEntropyGrad").Device(DEVICE_CPU), CrossEntropyGrad);

}  // namespace switchyard
