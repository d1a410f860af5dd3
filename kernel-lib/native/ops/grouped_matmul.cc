// y[rows of e] = x[rows of e] w[e] for each expert e.

#include "groups.h"

#include "blas.h"
#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/op.h"

namespace switchyard {

using namespace tensorflow;

REGISTER_OP("SwitchyardGroupedMatMul")
    .Input("x: float")        // [R, D]
    .Input("w: float")        // [E, D, H], or [E, H, D] with transpose_w
    .Input("offsets: int32")  // [E + 1]
    .Attr("transpose_w: bool")
    .Output("y: float")  // [R, H]
    .SetShapeFn(shape_inference::UnknownShape);

class GroupedMatMul : public SizedOp {
 public:
  explicit GroupedMatMul(OpKernelConstruction* ctx) : SizedOp(ctx) {
    OP_REQUIRES_OK(ctx, ctx->GetAttr("transpose_w", &transpose_w_));
  }

  void ComputeSized(OpKernelContext* ctx) override {
    const Tensor& x = ctx->input(0);
    const Tensor& w = ctx->input(1);
    const Tensor& offsets = ctx->input(2);
    OP_REQUIRES(ctx, x.dims() == 2 && w.dims() == 3 && w.dim_size(transpose_w_ ? 2 : 1) == x.dim_size(1),
                errors::InvalidArgument("w ", w.shape().DebugString(), " does not fit x ", x.shape().DebugString()));
    const int64_t groups = w.dim_size(0);
    OP_REQUIRES_OK(ctx, CheckOffsets(offsets, groups, x.dim_size(0)));
    const int depth = x.dim_size(1);
    const int width = w.dim_size(transpose_w_ ? 1 : 2);
    Tensor* y = nullptr;
    OP_REQUIRES_OK(ctx, Allocate(ctx, 0, {x.dim_size(0), width}, &y));

    const auto at = offsets.vec<int32_t>();
    std::vector<std::pair<int, int>> spans;
    for (int64_t e = 0; e < groups; ++e) spans.emplace_back(at(e), at(e + 1));
    auto tiles = TilesOf(spans, width, NumThreads(ctx));
    LongestFirst(tiles, [&](int) { return int64_t{depth}; });
    const float* xs = x.flat<float>().data();
    const float* ws = w.flat<float>().data();
    float* ys = y->flat<float>().data();
    ForEach(ctx, tiles.size(), [&](int64_t i) {
      const Tile& tile = tiles[i];
      const float* matrix = ws + int64_t{tile.group} * depth * width + int64_t{tile.column} * (transpose_w_ ? depth : 1);
      Multiply(false, transpose_w_, tile.rows, tile.columns, depth, xs + int64_t{tile.row} * depth, depth, matrix,
               transpose_w_ ? depth : width, ys + int64_t{tile.row} * width + tile.column, width);
    });
  }

 private:
  bool transpose_w_;
};

REGISTER_KERNEL_BUILDER(Name("SwitchyardGroupedMatMul").Device(DEVICE_CPU), GroupedMatMul);

}  // namespace switchyard
