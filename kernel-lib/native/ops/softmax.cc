// Shares of exp(x) in each row. TensorFlow's own wakes its threads for it, and then those of the ops wait for a core.

#include "groups.h"
#include "softmax_rows.h"

#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/op.h"

namespace switchyard {

using namespace tensorflow;

REGISTER_OP("SwitchyardSoftmax")
    .Input("x: float")   // [..., E]
    .Output("y: float")  // of sum 1 along the last dimension
    .SetShapeFn(shape_inference::UnchangedShape);

class Softmax : public SizedOp {
 public:
  using SizedOp::SizedOp;

  void ComputeSized(OpKernelContext* ctx) override {
    const Tensor& x = ctx->input(0);
    OP_REQUIRES(ctx, x.dims() >= 1, errors::InvalidArgument("x must be [..., E], got ", x.shape().DebugString()));
    Tensor* y = nullptr;
    OP_REQUIRES_OK(ctx, ctx->allocate_output(0, x.shape(), &y));
    if (x.NumElements() == 0) return;
    const int64_t width = x.dim_size(x.dims() - 1), rows = x.NumElements() / width;
    const float* from = x.flat<float>().data();
    float* to = y->flat<float>().data();
    // Of eight rows, so that none is left in between: see the caller.
    const int64_t block = (kPiece / width + 8) / 8 * 8;
    ForEach(ctx, (rows + block - 1) / block, [&](int64_t i) {
      const int64_t first = i * block;
      SoftmaxRows(from + first * width, std::min(rows - first, block), width, to + first * width);
    });
  }

 private:
  // Values that are worth a thread of their own.
  static constexpr int64_t kPiece = 2048;
};

REGISTER_KERNEL_BUILDER(Name("SwitchyardSoftmax").Device(DEVICE_CPU), Softmax);

}  // namespace switchyard
