// One update of AdamW over many parameters: values, moments and gradients are read once and the new ones written once. Of masked parameters
// gradients count as 0 where the mask is, and values stay 0 there. With it the sum of the squares of a gradient as masked.

#include "groups.h"

#include <cmath>
#include <cstring>

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
    .Input("masks: M * bool")
    .Attr("N: int >= 1")
    .Attr("M: int >= 0 = 0")
    .Attr("masked: list(int) = []")  // [M]: which of the parameters, in order
    .Output("new_values: N * float")
    .Output("new_first: N * float")
    .Output("new_second: N * float")
    .SetShapeFn(shape_inference::UnknownShape);

// Values where the mask is true, else 0, whatever stands there; `out` may be `x`. On bits: a choice of floats by bytes is done one by one.
inline void KeepMasked(const float* x, const bool* mask, float* out, int64_t count) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(mask);
#pragma GCC ivdep
  for (int64_t i = 0; i < count; ++i) {
    uint32_t bits;
    std::memcpy(&bits, x + i, sizeof bits);
    bits &= 0u - bytes[i];
    std::memcpy(out + i, &bits, sizeof bits);
  }
}

class AdamW : public OpKernel {
 public:
  explicit AdamW(OpKernelConstruction* ctx) : OpKernel(ctx) {
    OP_REQUIRES_OK(ctx, ctx->GetAttr("N", &count_));
    OP_REQUIRES_OK(ctx, ctx->GetAttr("masked", &masked_));
  }

  void Compute(OpKernelContext* ctx) override {
    const Tensor &rates = ctx->input(4 * count_), &common = ctx->input(4 * count_ + 1);
    OP_REQUIRES(ctx, rates.NumElements() == 2 * count_ && common.NumElements() == 4,
                errors::InvalidArgument("rates must be [N, 2] and common [4], got ", rates.shape().DebugString(), " and ",
                                        common.shape().DebugString()));
    OP_REQUIRES(ctx, ctx->num_inputs() == 4 * count_ + 2 + static_cast<int>(masked_.size()),
                errors::InvalidArgument("there must be a mask for each index of masked, got ", masked_.size(), " indices"));
    std::vector<const bool*> masks(count_, nullptr);
    for (size_t i = 0; i < masked_.size(); ++i) {
      OP_REQUIRES(ctx, masked_[i] >= 0 && masked_[i] < count_,
                  errors::InvalidArgument("masked must be indices of parameters, got ", masked_[i]));
      const Tensor& mask = ctx->input(4 * count_ + 2 + i);
      OP_REQUIRES(ctx, mask.shape() == ctx->input(masked_[i]).shape(),
                  errors::InvalidArgument("a mask must have its parameter's shape, got ", mask.shape().DebugString()));
      masks[masked_[i]] = mask.flat<bool>().data();
    }
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
      alignas(64) float left[kPiece];
      const bool* mask = masks[at] == nullptr ? nullptr : masks[at] + begin;
      if (mask != nullptr) KeepMasked(in(3).data(), mask, left, count);
      const ConstRun gradient(mask == nullptr ? in(3).data() : left, count);
      Run value = to(0), first = to(1), second = to(2);
      first = in(1) + (gradient * scale - in(1)) * keep1;
      second = in(2) + ((gradient * scale).square() - in(2)) * keep2;
      value = in(0) * each(2 * at + 1) - first * each(2 * at) / (second.sqrt() + epsilon);
      if (mask != nullptr) KeepMasked(value.data(), mask, value.data(), count);
    });
  }

 private:
  // Values of one piece of work: they stay in the nearest cache.
  static constexpr int64_t kPiece = 4096;
  int count_ = 0;
  std::vector<int> masked_;
};

REGISTER_KERNEL_BUILDER(Name("SwitchyardAdamW").Device(DEVICE_CPU), AdamW);

REGISTER_OP("SwitchyardMaskedSquares")
    .Input("x: float")
    .Input("mask: bool")
    .Output("half: float")  // half the sum of the squares of x where the mask is true; a scalar, as that of L2Loss
    .SetShapeFn(shape_inference::ScalarShape);

class MaskedSquares : public OpKernel {
 public:
  using OpKernel::OpKernel;

  void Compute(OpKernelContext* ctx) override {
    const Tensor &x = ctx->input(0), &mask = ctx->input(1);
    OP_REQUIRES(ctx, x.shape() == mask.shape(),
                errors::InvalidArgument("mask must have the shape ", x.shape().DebugString(), ", got ", mask.shape().DebugString()));
    Tensor* y = nullptr;
    OP_REQUIRES_OK(ctx, ctx->allocate_output(0, TensorShape({}), &y));
    const int64_t size = x.NumElements();
    // Sums of pieces, added in their order: the same on any number of threads.
    std::vector<float> sums((size + kPiece - 1) / kPiece);
    ForEach(ctx, sums.size(), [&](int64_t i) {
      const int64_t begin = i * kPiece, count = std::min(kPiece, size - begin);
      alignas(64) float left[kPiece];
      KeepMasked(x.flat<float>().data() + begin, mask.flat<bool>().data() + begin, left, count);
      sums[i] = ConstRun(left, count).square().sum();
    });
    double sum = 0;
    for (const float each : sums) sum += each;
    y->scalar<float>()() = static_cast<float>(sum / 2);
  }

 private:
  static constexpr int64_t kPiece = 4096;
};

REGISTER_KERNEL_BUILDER(Name("SwitchyardMaskedSquares").Device(DEVICE_CPU), MaskedSquares);

}  // namespace switchyard
