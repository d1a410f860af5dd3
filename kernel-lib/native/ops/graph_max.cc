// Greatest value of each feature among the rows that a row's edges lead to, and how many edges have it: a gradient is shared equally among
// them.

#include "graph.h"

#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/op.h"

namespace switchyard {

using namespace tensorflow;

REGISTER_OP("SwitchyardGraphMax")
    .Input("x: float")           // [S, F]
    .Input("starts: int32")      // [R + 1]
    .Input("neighbours: int32")  // [M], 0 .. S - 1
    .Output("y: float")          // [R, F]; 0 where a row has no edge
    .Output("ties: float")       // [R, F]: edges that have it
    .SetShapeFn(shape_inference::UnknownShape);

REGISTER_OP("SwitchyardGraphMaxGrad")
    .Input("x: float")           // [S, F]
    .Input("y: float")           // [R, F]
    .Input("shares: float")      // [R, F]: gradient of y over ties
    .Input("starts: int32")      // [S + 1], of the transposed graph
    .Input("neighbours: int32")  // [M], 0 .. R - 1
    .Output("dx: float")         // [S, F]
    .SetShapeFn(shape_inference::UnknownShape);

class GraphMax : public SizedOp {
 public:
  explicit GraphMax(OpKernelConstruction* ctx) : SizedOp(ctx) {}

  void ComputeSized(OpKernelContext* ctx) override {
    const Tensor& x = ctx->input(0);
    OP_REQUIRES(ctx, x.dims() == 2, errors::InvalidArgument("x must be [S, F], got ", x.shape().DebugString()));
    EdgeRows g;
    OP_REQUIRES_OK(ctx, ReadEdges(ctx->input(1), ctx->input(2), x.dim_size(0), nullptr, 0, &g));
    const int64_t width = x.dim_size(1);
    Tensor *y = nullptr, *ties = nullptr;
    OP_REQUIRES_OK(ctx, Allocate(ctx, 0, {g.rows, width}, &y));
    OP_REQUIRES_OK(ctx, Allocate(ctx, 1, {g.rows, width}, &ties));
    const float* in = x.flat<float>().data();
    float* best = y->flat<float>().data();
    float* have = ties->flat<float>().data();
    ForEachEdgeBlock(ctx, g, width, [&](int64_t first, int64_t last) {
      for (int64_t row = first; row < last; ++row) {
        float* to = best + row * width;
        float* count = have + row * width;
        std::fill(to, to + width, 0.0f);
        std::fill(count, count + width, 0.0f);
        for (int64_t i = g.starts[row]; i < g.starts[row + 1]; ++i) {
          const float* from = in + g.neighbours[i] * width;
          const float* next = in + g.neighbours[std::min(i + kAhead, g.edges - 1)] * width;
          for (int64_t f = 0; f < width; f += kLoose) __builtin_prefetch(next + f);
          if (i == g.starts[row]) {
            std::copy(from, from + width, to);
            std::fill(count, count + width, 1.0f);
            continue;
          }
          for (int64_t f = 0; f < width; ++f) {
            const float value = from[f], old = to[f];
            // What is no number stays, as in any sum.
            const bool more = value > old || value != value;
            to[f] = more ? value : old;
            count[f] = more ? 1.0f : count[f] + (value == old ? 1.0f : 0.0f);
          }
        }
      }
    });
  }
};

class GraphMaxGrad : public SizedOp {
 public:
  explicit GraphMaxGrad(OpKernelConstruction* ctx) : SizedOp(ctx) {}

  void ComputeSized(OpKernelContext* ctx) override {
    const Tensor &x = ctx->input(0), &y = ctx->input(1), &shares = ctx->input(2);
    OP_REQUIRES(ctx, x.dims() == 2 && y.dims() == 2 && x.dim_size(1) == y.dim_size(1) && shares.shape() == y.shape(),
                errors::InvalidArgument("x, y and shares must be [S, F], [R, F] and [R, F], got ", x.shape().DebugString(), ", ",
                                        y.shape().DebugString(), ", ", shares.shape().DebugString()));
    EdgeRows g;
    OP_REQUIRES_OK(ctx, ReadEdges(ctx->input(3), ctx->input(4), y.dim_size(0), nullptr, 0, &g));
    OP_REQUIRES(ctx, x.dim_size(0) == g.rows, errors::InvalidArgument("x must have ", g.rows, " rows, got ", x.shape().DebugString()));
    const int64_t width = x.dim_size(1);
    Tensor* dx = nullptr;
    OP_REQUIRES_OK(ctx, Allocate(ctx, 0, {g.rows, width}, &dx));
    const float* in = x.flat<float>().data();
    const float* best = y.flat<float>().data();
    const float* share = shares.flat<float>().data();
    float* out = dx->flat<float>().data();
    ForEachEdgeBlock(ctx, g, 2 * width, [&](int64_t first, int64_t last) {
      for (int64_t row = first; row < last; ++row) {
        float* to = out + row * width;
        const float* own = in + row * width;
        std::fill(to, to + width, 0.0f);
        for (int64_t i = g.starts[row]; i < g.starts[row + 1]; ++i) {
          const int64_t other = g.neighbours[i] * width;
          for (int64_t f = 0; f < width; ++f) to[f] += own[f] == best[other + f] ? share[other + f] : 0.0f;
        }
      }
    });
  }
};

REGISTER_KERNEL_BUILDER(Name("SwitchyardGraphMax").Device(DEVICE_CPU), GraphMax);
REGISTER_KERNEL_BUILDER(Name("SwitchyardGraphMaxGrad").Device(DEVICE_CPU), GraphMaxGrad);

}  // namespace switchyard
