// a + b, a - b and a b, value by value, of one shape or with b of the last dimensions of a. TensorFlow's own wake their threads for what takes less time than that.

#include "activation.h"
#include "groups.h"

#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/op.h"

namespace switchyard {

using namespace tensorflow;

REGISTER_OP("SwitchyardElementwise")
    .Input("a: float")
    .Input("b: float")  // of the shape of a, or of its last dimensions
    .Attr("function: {'add', 'subtract', 'multiply'}")
    .Output("y: float")  // of the shape of a
    .SetShapeFn(shape_inference::UnchangedShape);

class Elementwise : public OpKernel {
 public:
  explicit Elementwise(OpKernelConstruction* ctx) : OpKernel(ctx) {
    std::string name;
    OP_REQUIRES_OK(ctx, ctx->GetAttr("function", &name));
    function_ = name == "add" ? kAdd : name == "subtract" ? kSubtract : kMultiply;
  }

  void Compute(OpKernelContext* ctx) override {
    const Tensor &a = ctx->input(0), &b = ctx->input(1);
    OP_REQUIRES(ctx, IsEnd(b.shape(), a.shape()),
                errors::InvalidArgument("b must have the shape of a or of its last dimensions, got ", a.shape().DebugString(), " and ",
                                        b.shape().DebugString()));
    Tensor* y = nullptr;
    OP_REQUIRES_OK(ctx, ctx->allocate_output(0, a.shape(), &y));
    const int64_t size = a.NumElements(), width = b.NumElements();
    if (size == 0) return;
    // Whole rows of b, about as many values as there are in a piece where it is shorter.
    const int64_t piece = width == size ? kPiece : std::max<int64_t>(1, kPiece / width) * width;
    const float *as = a.flat<float>().data(), *bs = b.flat<float>().data();
    float* ys = y->flat<float>().data();
    ForEach(ctx, (size + piece - 1) / piece, [&](int64_t i) {
      const int64_t begin = i * piece, end = std::min(size, begin + piece);
      if (width == 1 || width == size) {
        Apply(as + begin, width == 1 ? bs : bs + begin, width == 1, ys + begin, end - begin);
        return;
      }
      for (int64_t row = begin; row < end; row += width) Apply(as + row, bs, false, ys + row, width);
    });
  }

 private:
  enum Function { kAdd, kSubtract, kMultiply };
  static constexpr int64_t kPiece = 16384;

  static bool IsEnd(const TensorShape& end, const TensorShape& of) {
    if (end.dims() > of.dims()) return false;
    for (int d = 1; d <= end.dims(); ++d) {
      if (end.dim_size(end.dims() - d) != of.dim_size(of.dims() - d)) return false;
    }
    return true;
  }

  // With `scalar` b is one value.
  void Apply(const float* a, const float* b, bool scalar, float* y, int64_t count) const {
    const ConstRun left(a, count);
    Run out(y, count);
    if (scalar) {
      switch (function_) {
        case kAdd: out = left + *b; return;
        case kSubtract: out = left - *b; return;
        case kMultiply: out = left * *b; return;
      }
    }
    const ConstRun right(b, count);
    switch (function_) {
      case kAdd: out = left + right; return;
      case kSubtract: out = left - right; return;
      case kMultiply: out = left * right; return;
    }
  }

  Function function_;
};

REGISTER_KERNEL_BUILDER(Name("SwitchyardElementwise").Device(DEVICE_CPU), Elementwise);

}  // namespace switchyard
