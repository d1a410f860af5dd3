// Softmax of scores of edges among those of one row, for each head alone.

#include "graph.h"

#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/op.h"

namespace switchyard {

using namespace tensorflow;

REGISTER_OP("SwitchyardGraphSoftmax")
    .Input("scores: float")  // [M, H]
    .Input("starts: int32")  // [R + 1]
    .Output("y: float")      // [M, H]
    .SetShapeFn(shape_inference::UnknownShape);

REGISTER_OP("SwitchyardGraphSoftmaxGrad")
    .Input("dy: float")      // [M, H]
    .Input("y: float")       // [M, H]
    .Input("starts: int32")  // [R + 1]
    .Output("dx: float")     // [M, H]
    .SetShapeFn(shape_inference::UnknownShape);

class GraphSoftmax : public SizedOp {
 public:
  explicit GraphSoftmax(OpKernelConstruction* ctx) : SizedOp(ctx) {}

  void ComputeSized(OpKernelContext* ctx) override {
    const Tensor& scores = ctx->input(0);
    const Tensor& starts = ctx->input(1);
    OP_REQUIRES(ctx, scores.dims() == 2 && starts.NumElements() > 0,
                errors::InvalidArgument("scores and starts must be [M, H] and [R + 1], got ", scores.shape().DebugString(), ", ",
                                        starts.shape().DebugString()));
    const int64_t heads = scores.dim_size(1);
    EdgeRows g{starts.NumElements() - 1, scores.dim_size(0), starts.flat<int32_t>().data(), nullptr, nullptr};
    OP_REQUIRES_OK(ctx, CheckOffsets(starts, g.rows, g.edges));
    Tensor* y = nullptr;
    OP_REQUIRES_OK(ctx, Allocate(ctx, 0, {g.edges, heads}, &y));
    const float* in = scores.flat<float>().data();
    float* out = y->flat<float>().data();
    ForEachEdgeBlock(ctx, g, 8 * heads, [&](int64_t first, int64_t last) {
      // Exponentials of a whole block at once: rows are short.
      const int64_t from = g.starts[first] * heads, count = g.starts[last] * heads - from;
      for (int64_t row = first; row < last; ++row) {
        for (int64_t h = 0; h < heads; ++h) Shift(g, row, in + h, heads, out + h);
      }
      Eigen::Map<Eigen::ArrayXf> block(out + from, count);
      block = block.exp();
      for (int64_t row = first; row < last; ++row) {
        for (int64_t h = 0; h < heads; ++h) Share(g, row, heads, out + h);
      }
    });
  }

 private:
  // Less the greatest of the row; where all are -infinity they stay.
  static void Shift(const EdgeRows& g, int64_t row, const float* in, int64_t heads, float* out) {
    float most = -std::numeric_limits<float>::infinity();
    for (int64_t i = g.starts[row]; i < g.starts[row + 1]; ++i) most = std::max(most, in[i * heads]);
    if (most == -std::numeric_limits<float>::infinity()) most = 0;
    for (int64_t i = g.starts[row]; i < g.starts[row + 1]; ++i) out[i * heads] = in[i * heads] - most;
  }

  static void Share(const EdgeRows& g, int64_t row, int64_t heads, float* out) {
    float sum = 0;
    for (int64_t i = g.starts[row]; i < g.starts[row + 1]; ++i) sum += out[i * heads];
    const float factor = sum == 0 ? 0.0f : 1.0f / sum;
    for (int64_t i = g.starts[row]; i < g.starts[row + 1]; ++i) out[i * heads] *= factor;
  }
};

class GraphSoftmaxGrad : public SizedOp {
 public:
  explicit GraphSoftmaxGrad(OpKernelConstruction* ctx) : SizedOp(ctx) {}

  void ComputeSized(OpKernelContext* ctx) override {
    const Tensor &dy = ctx->input(0), &y = ctx->input(1), &starts = ctx->input(2);
    OP_REQUIRES(ctx, y.dims() == 2 && dy.shape() == y.shape() && starts.NumElements() > 0,
                errors::InvalidArgument("dy, y and starts must be [M, H], [M, H] and [R + 1], got ", dy.shape().DebugString(), ", ",
                                        y.shape().DebugString(), ", ", starts.shape().DebugString()));
    const int64_t heads = y.dim_size(1);
    EdgeRows g{starts.NumElements() - 1, y.dim_size(0), starts.flat<int32_t>().data(), nullptr, nullptr};
    OP_REQUIRES_OK(ctx, CheckOffsets(starts, g.rows, g.edges));
    Tensor* dx = nullptr;
    OP_REQUIRES_OK(ctx, Allocate(ctx, 0, {g.edges, heads}, &dx));
    const float* upstream = dy.flat<float>().data();
    const float* share = y.flat<float>().data();
    float* out = dx->flat<float>().data();
    ForEachEdgeBlock(ctx, g, 2 * heads, [&](int64_t first, int64_t last) {
      for (int64_t row = first; row < last; ++row) {
        for (int64_t h = 0; h < heads; ++h) {
          float mean = 0;
          for (int64_t i = g.starts[row]; i < g.starts[row + 1]; ++i) mean += upstream[i * heads + h] * share[i * heads + h];
          for (int64_t i = g.starts[row]; i < g.starts[row + 1]; ++i) {
            out[i * heads + h] = share[i * heads + h] * (upstream[i * heads + h] - mean);
          }
        }
      }
    });
  }
};

REGISTER_KERNEL_BUILDER(Name("SwitchyardGraphSoftmax").Device(DEVICE_CPU), GraphSoftmax);
REGISTER_KERNEL_BUILDER(Name("SwitchyardGraphSoftmaxGrad").Device(DEVICE_CPU), GraphSoftmaxGrad);

}  // namespace switchyard
