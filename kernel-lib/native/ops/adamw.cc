// One update of AdamW over many parameters: values, moments and gradients are read once and the new ones written once.

#include "groups.h"

#include <cmath>

#include "activation.h"
#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/op.h"

namespace switchyard {

using namespace tensorflow;

REGISTER_OP("SwitchyardAdamW")
    .Input("values: N * float")
    .Input("first: N * float")     // running means of gradients
    .Input("second: N * float")    // and of their squares
    .Input("gradients: N * float")
    .Input("rates: float")   // [N, 2]: the step's size, both corrections of bias in it, and what a value is multiplied with first
    .Input("common: float")  // [4]: factor of gradients, beta1, beta2, and what is added to the root of the second moment
    .Attr("N: int >= 1")
    .Output("new_values: N * float")
    .Output("new_first: N * float")
    .Output("new_second: N * float")
    .SetShapeFn(shape_inference::UnknownShape);

class AdamW : public OpKernel {
 public:
  explicit AdamW(OpKernelConstruction* ctx) : OpKernel(ctx) { OP_REQUIRES_OK(ctx, ctx->GetAttr("N", &count_)); }

  void Compute(OpKernelContext* ctx) override {
    const Tensor &rates = ctx->input(4 * count_), &common = ctx->input(4 * count_ + 1);
    OP_REQUIRES(ctx, rates.NumElements() == 2 * count_ && common.NumElements() == 4,
                errors::InvalidArgument("rates must be [N, 2] and common [4], got ", rates.shape().DebugString(), " and ",
                                        common.shape().DebugString()));
    struct Piece {
      int parameter;
      int64_t begin, count;
    };
    std::vector<Piece> pieces;
    std::vector<float*> out(3 * count_);
    for (int i = 0; i < count_; ++i) {
      const auto& shape = ctx->input(i).shape();
      for (int part = 0; part < 4; ++part) {
        OP_REQUIRES(ctx, ctx->input(part * count_ + i).shape() == shape,
                    errors::InvalidArgument("value, moments and gradient must have one shape, got ", shape.DebugString(), " and ",
                                            ctx->input(part * count_ + i).shape().DebugString()));
      }
      for (int part = 0; part < 3; ++part) {
        Tensor* y = nullptr;
        OP_REQUIRES_OK(ctx, ctx->allocate_output(part * count_ + i, shape, &y));
        out[part * count_ + i] = y->flat<float>().data();
      }
      const int64_t size = shape.num_elements();
      for (int64_t begin = 0; begin < size; begin += kPiece) pieces.push_back({i, begin, std::min(kPiece, size - begin)});
    }
    const auto numbers = common.flat<float>();
    const float scale = numbers(0), keep1 = 1.0f - numbers(1), keep2 = 1.0f - numbers(2), epsilon = numbers(3);
    const auto each = rates.flat<float>();
    ForEach(ctx, pieces.size(), [&](int64_t i) {
      const auto [at, begin, count] = pieces[i];
      auto in = [&, at = at, begin = begin, count = count](int part) {
        return ConstRun(ctx->input(part * count_ + at).flat<float>().data() + begin, count);
      };
      auto to = [&, at = at, begin = begin, count = count](int part) { return Run(out[part * count_ + at] + begin, count); };
      const ConstRun gradient = in(3);
      Run value = to(0), first = to(1), second = to(2);
      first = in(1) + (gradient * scale - in(1)) * keep1;
      second = in(2) + ((gradient * scale).square() - in(2)) * keep2;
      value = in(0) * each(2 * at + 1) - first * each(2 * at) / (second.sqrt() + epsilon);
    });
  }

 private:
  // Values of one piece of work: they stay in the nearest cache.
  static constexpr int64_t kPiece = 4096;
  int count_ = 0;
};

REGISTER_KERNEL_BUILDER(Name("SwitchyardAdamW").Device(DEVICE_CPU), AdamW);

}  // namespace switchyard
