// Sparse times dense over a graph: each row of y is the sum of the rows of x that its edges lead to, each times a weight of the edge, one for
// all features or one for each head (a part of the features). No row of an edge is ever stored.

#include "graph.h"

#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/op.h"

namespace switchyard {

using namespace tensorflow;

#ifdef __AVX512F__
constexpr int kTile = 8;
#else
constexpr int kTile = 4;
#endif

REGISTER_OP("SwitchyardGraphSum")
    .Input("x: float")           // [S, F]
    .Input("weights: float")     // [W, H]: of F / H features each; H 0: none, each edge counts once
    .Input("starts: int32")      // [R + 1]
    .Input("neighbours: int32")  // [M], 0 .. S - 1
    .Input("numbers: int32")     // [M], 0 .. W - 1: row of weights of each edge; [0]: that of its place
    .Output("y: float")          // [R, F]
    .SetShapeFn(shape_inference::UnknownShape);

class GraphSum : public SizedOp {
 public:
  explicit GraphSum(OpKernelConstruction* ctx) : SizedOp(ctx) {}

  void ComputeSized(OpKernelContext* ctx) override {
    const Tensor& x = ctx->input(0);
    const Tensor& weights = ctx->input(1);
    OP_REQUIRES(ctx, x.dims() == 2 && weights.dims() == 2,
                errors::InvalidArgument("x and weights must be [S, F] and [W, H], got ", x.shape().DebugString(), ", ",
                                        weights.shape().DebugString()));
    const int64_t width = x.dim_size(1);
    const int64_t heads = weights.dim_size(1);
    OP_REQUIRES(ctx, heads == 0 || width % heads == 0,
                errors::InvalidArgument("heads must divide ", width, " features, got ", heads));
    EdgeRows g;
    OP_REQUIRES_OK(ctx, ReadEdges(ctx->input(2), ctx->input(3), x.dim_size(0), &ctx->input(4), weights.dim_size(0), &g));
    OP_REQUIRES(ctx, heads == 0 || g.numbers != nullptr || weights.dim_size(0) == g.edges,
                errors::InvalidArgument("weights must be of ", g.edges, " edges, got ", weights.shape().DebugString()));
    Tensor* y = nullptr;
    OP_REQUIRES_OK(ctx, Allocate(ctx, 0, {g.rows, width}, &y));
    const float* in = x.flat<float>().data();
    const float* by = weights.flat<float>().data();
    float* out = y->flat<float>().data();
    ForEachEdgeBlock(ctx, g, width, [&](int64_t first, int64_t last) {
      for (int64_t row = first; row < last; ++row) {
        float* to = out + row * width;
        if (heads == 0) {
          Span<false>(g, row, {in, width}, nullptr, 0, 0, width, to);
        } else if (heads == width && heads > 1) {
          Gated(g, row, {in, width}, by, to);
        } else {
          const int64_t own = width / heads;
          for (int64_t h = 0; h < heads; ++h) Span<true>(g, row, {in, width}, by + h, heads, h * own, own, to);
        }
      }
    });
  }

 private:
  struct Matrix {
    const float* values;
    int64_t width;
  };

  // Features from .. from + count of a row, by weights at every `stride` floats.
  template <bool kWeighted>
  static void Span(const EdgeRows& g, int64_t row, const Matrix& x, const float* by, int64_t stride, int64_t from, int64_t count, float* to) {
    int64_t f = from;
    const int64_t end = from + count;
    for (; end - f >= kTile * kLoose; f += kTile * kLoose) Tile<kWeighted, kTile>(g, row, x, by, stride, f, to);
    if (end - f >= 4 * kLoose) Tile<kWeighted, 4>(g, row, x, by, stride, f, to), f += 4 * kLoose;
    if (end - f >= 2 * kLoose) Tile<kWeighted, 2>(g, row, x, by, stride, f, to), f += 2 * kLoose;
    if (end - f >= kLoose) Tile<kWeighted, 1>(g, row, x, by, stride, f, to), f += kLoose;
    if (end > f) Rest<kWeighted>(g, row, x, by, stride, f, static_cast<int>(end - f), to);
  }

  template <bool kWeighted, int kParts>
  static void Tile(const EdgeRows& g, int64_t row, const Matrix& x, const float* by, int64_t stride, int64_t from, float* to) {
    Loose sums[kParts] = {};
    const float* base = x.values + from;
    for (int64_t i = g.starts[row]; i < g.starts[row + 1]; ++i) {
      const float* in = base + g.neighbours[i] * x.width;
      const float* next = base + g.neighbours[std::min(i + kAhead, g.edges - 1)] * x.width;
      const float factor = kWeighted ? by[g.Number(i) * stride] : 1.0f;
      for (int p = 0; p < kParts; ++p) {
        __builtin_prefetch(next + p * kLoose);
        const Loose values = *reinterpret_cast<const Loose*>(in + p * kLoose);
        sums[p] += kWeighted ? factor * values : values;
      }
    }
    for (int p = 0; p < kParts; ++p) *reinterpret_cast<Loose*>(to + from + p * kLoose) = sums[p];
  }

  // Fewer features than a register holds.
  template <bool kWeighted>
  static void Rest(const EdgeRows& g, int64_t row, const Matrix& x, const float* by, int64_t stride, int64_t from, int count, float* to) {
    float sums[kLoose] = {};
    for (int64_t i = g.starts[row]; i < g.starts[row + 1]; ++i) {
      const float* in = x.values + g.neighbours[i] * x.width + from;
      const float factor = kWeighted ? by[g.Number(i) * stride] : 1.0f;
      for (int f = 0; f < count; ++f) sums[f] += kWeighted ? factor * in[f] : in[f];
    }
    std::copy(sums, sums + count, to + from);
  }

  // A weight for each feature.
  static void Gated(const EdgeRows& g, int64_t row, const Matrix& x, const float* by, float* to) {
    std::fill(to, to + x.width, 0.0f);
    for (int64_t i = g.starts[row]; i < g.starts[row + 1]; ++i) {
      const float* in = x.values + g.neighbours[i] * x.width;
      const float* factors = by + g.Number(i) * x.width;
      for (int64_t f = 0; f < x.width; ++f) to[f] += factors[f] * in[f];
    }
  }
};

REGISTER_KERNEL_BUILDER(Name("SwitchyardGraphSum").Device(DEVICE_CPU), GraphSum);

}  // namespace switchyard
