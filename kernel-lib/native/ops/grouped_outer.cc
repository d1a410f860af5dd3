// dw[e] = x[rows of e]^T dy[rows of e] for each expert e: the gradient of a grouped matmul with regard to its matrices.

#include "groups.h"

#include "blas.h"
#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/op.h"

namespace switchyard {

using namespace tensorflow;

REGISTER_OP("SwitchyardGroupedOuter")
    .Input("x: float")        // [R, D]
    .Input("dy: float")       // [R, H]
    .Input("offsets: int32")  // [E + 1]
    .Output("dw: float")      // [E, D, H], zeros for an empty expert
    .SetShapeFn(shape_inference::UnknownShape);

class GroupedOuter : public SizedOp {
 public:
  explicit GroupedOuter(OpKernelConstruction* ctx) : SizedOp(ctx) {}

  void ComputeSized(OpKernelContext* ctx) override {
    const Tensor& x = ctx->input(0);
    const Tensor& dy = ctx->input(1);
    const Tensor& offsets = ctx->input(2);
    OP_REQUIRES(ctx, x.dims() == 2 && dy.dims() == 2 && x.dim_size(0) == dy.dim_size(0) && offsets.NumElements() > 1,
                errors::InvalidArgument("x, dy and offsets must be [R, D], [R, H] and [E + 1], got ",
                                        x.shape().DebugString(), ", ", dy.shape().DebugString(), ", ",
                                        offsets.shape().DebugString()));
    const int64_t groups = offsets.NumElements() - 1;
    OP_REQUIRES_OK(ctx, CheckOffsets(offsets, groups, dy.dim_size(0)));
    const int depth = x.dim_size(1);
    const int width = dy.dim_size(1);
    Tensor* dw = nullptr;
    OP_REQUIRES_OK(ctx, Allocate(ctx, 0, {groups, depth, width}, &dw));

    const auto at = offsets.vec<int32_t>();
    const std::vector<std::pair<int, int>> spans(groups, {0, depth});
    auto tiles = TilesOf(spans, width, NumThreads(ctx));
    LongestFirst(tiles, [&](int e) { return int64_t{at(e + 1)} - at(e); });
    const float* xs = x.flat<float>().data();
    const float* dys = dy.flat<float>().data();
    float* dws = dw->flat<float>().data();
    ForEach(ctx, tiles.size(), [&](int64_t i) {
      const Tile& tile = tiles[i];
      const int first = at(tile.group);
      const int count = at(tile.group + 1) - first;
      float* out = dws + (int64_t{tile.group} * depth + tile.row) * width + tile.column;
      if (count == 0) {
        for (int r = 0; r < tile.rows; ++r) std::fill_n(out + int64_t{r} * width, tile.columns, 0.0f);
        return;
      }
      Multiply(true, false, tile.rows, tile.columns, count, xs + int64_t{first} * depth + tile.row, depth,
               dys + int64_t{first} * width + tile.column, width, out, width);
    });
  }
};

REGISTER_KERNEL_BUILDER(Name("SwitchyardGroupedOuter").Device(DEVICE_CPU), GroupedOuter);

}  // namespace switchyard
