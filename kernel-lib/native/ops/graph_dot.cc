// Sampled dense times dense: of each edge the product of the rows at its two ends, summed over the features of each head.

#include "graph.h"

#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/op.h"

namespace switchyard {

using namespace tensorflow;

REGISTER_OP("SwitchyardGraphDot")
    .Input("a: float")           // [S, F]
    .Input("b: float")           // [R, F]
    .Input("starts: int32")      // [R + 1]
    .Input("neighbours: int32")  // [M], 0 .. S - 1
    .Attr("heads: int")          // H, which divides F
    .Output("y: float")          // [M, H]
    .SetShapeFn(shape_inference::UnknownShape);

inline float DotOf(const float* a, const float* b, int64_t count) {
  Loose sums = {};
  int64_t f = 0;
  for (; f + kLoose <= count; f += kLoose) {
    sums += *reinterpret_cast<const Loose*>(a + f) * *reinterpret_cast<const Loose*>(b + f);
  }
  float sum = 0;
  for (; f < count; ++f) sum += a[f] * b[f];
  if (count >= kLoose) {
    for (int k = 0; k < kLoose; ++k) sum += sums[k];
  }
  return sum;
}

class GraphDot : public SizedOp {
 public:
  explicit GraphDot(OpKernelConstruction* ctx) : SizedOp(ctx) { OP_REQUIRES_OK(ctx, ctx->GetAttr("heads", &heads_)); }

  void ComputeSized(OpKernelContext* ctx) override {
    const Tensor& a = ctx->input(0);
    const Tensor& b = ctx->input(1);
    OP_REQUIRES(ctx, a.dims() == 2 && b.dims() == 2 && a.dim_size(1) == b.dim_size(1) && heads_ > 0 && a.dim_size(1) % heads_ == 0,
                errors::InvalidArgument("a and b must be [S, F] and [R, F], with heads that divide F, got ", a.shape().DebugString(), ", ",
                                        b.shape().DebugString(), " and ", heads_));
    EdgeRows g;
    OP_REQUIRES_OK(ctx, ReadEdges(ctx->input(2), ctx->input(3), a.dim_size(0), nullptr, 0, &g));
    OP_REQUIRES(ctx, b.dim_size(0) == g.rows, errors::InvalidArgument("b must have ", g.rows, " rows, got ", b.shape().DebugString()));
    Tensor* y = nullptr;
    OP_REQUIRES_OK(ctx, Allocate(ctx, 0, {g.edges, heads_}, &y));
    const int64_t width = a.dim_size(1);
    const int64_t own = width / heads_;
    const float* from = a.flat<float>().data();
    const float* with = b.flat<float>().data();
    float* out = y->flat<float>().data();
    ForEachEdgeBlock(ctx, g, width, [&](int64_t first, int64_t last) {
      for (int64_t row = first; row < last; ++row) {
        for (int64_t i = g.starts[row]; i < g.starts[row + 1]; ++i) {
          const float* one = from + g.neighbours[i] * width;
          const float* next = from + g.neighbours[std::min(i + kAhead, g.edges - 1)] * width;
          for (int64_t f = 0; f < width; f += kLoose) __builtin_prefetch(next + f);
          for (int64_t h = 0; h < heads_; ++h) out[i * heads_ + h] = DotOf(one + h * own, with + row * width + h * own, own);
        }
      }
    });
  }

 private:
  int heads_ = 1;
};

REGISTER_KERNEL_BUILDER(Name("SwitchyardGraphDot").Device(DEVICE_CPU), GraphDot);

}  // namespace switchyard
