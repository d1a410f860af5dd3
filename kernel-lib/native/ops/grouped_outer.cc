// dw[e] = x[rows of e]^T dy[rows of e] and db[e] = the sum of those rows of dy: the gradients of a grouped linear layer.

#include "groups.h"

#include "activation.h"
#include "blas.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/common_shape_fns.h"

namespace switchyard {

using namespace tensorflow;

REGISTER_OP("SwitchyardGroupedOuter")
    .Input("x: float")        // [N, D]
    .Input("rows: int32")     // [R] row of x that each row reads; [0] where x is [R, D] already
    .Input("dy: float")       // [R, H]
    .Input("offsets: int32")  // [E + 1]
    .Attr("with_bias: bool = false")
    .Output("dw: float")  // [E, D, H]
    .Output("db: float")  // [E, H] with with_bias, else [0]
    .SetShapeFn(shape_inference::UnknownShape);

class GroupedOuter : public OpKernel {
 public:
  explicit GroupedOuter(OpKernelConstruction* ctx) : OpKernel(ctx) {
    OP_REQUIRES_OK(ctx, ctx->GetAttr("with_bias", &with_bias_));
  }

  void Compute(OpKernelContext* ctx) override {
    const Tensor& x = ctx->input(0);
    const Tensor& rows = ctx->input(1);
    const Tensor& dy = ctx->input(2);
    const Tensor& offsets = ctx->input(3);
    OP_REQUIRES(ctx, x.dims() == 2 && dy.dims() == 2 && rows.dims() == 1 && offsets.dims() == 1 && offsets.NumElements() > 1,
                errors::InvalidArgument("x, rows, dy and offsets must be of rank 2, 1, 2 and 1, got ", x.shape().DebugString(),
                                        ", ", rows.shape().DebugString(), ", ", dy.shape().DebugString(), ", ",
                                        offsets.shape().DebugString()));
    const int64_t groups = offsets.dim_size(0) - 1;
    const int depth = x.dim_size(1);
    const int width = dy.dim_size(1);
    const bool gather = rows.NumElements() > 0;
    OP_REQUIRES_OK(ctx, CheckOffsets(offsets, groups, dy.dim_size(0)));
    OP_REQUIRES(ctx, (gather ? rows.dim_size(0) : x.dim_size(0)) == dy.dim_size(0),
                errors::InvalidArgument("dy ", dy.shape().DebugString(), " does not fit the rows of x"));
    OP_REQUIRES_OK(ctx, CheckIndices("rows", rows, 0, x.dim_size(0)));

    Tensor* dw = nullptr;
    Tensor* db = nullptr;
    OP_REQUIRES_OK(ctx, ctx->allocate_output(0, TensorShape({groups, depth, width}), &dw));
    OP_REQUIRES_OK(ctx, ctx->allocate_output(1, with_bias_ ? TensorShape({groups, width}) : TensorShape({0}), &db));

    const auto at = offsets.vec<int32_t>();
    const auto tiles = TilesOf(std::vector<std::pair<int, int>>(groups, {0, depth}), width, NumThreads(ctx));
    const float* xs = x.flat<float>().data();
    const int32_t* row_of = rows.flat<int32_t>().data();
    const float* dys = dy.flat<float>().data();
    float* dws = dw->flat<float>().data();
    float* dbs = db->flat<float>().data();

    ForEach(ctx, tiles.size(), [&](int64_t i) {
      const Tile& tile = tiles[i];
      const int first = at(tile.group);
      const int count = at(tile.group + 1) - first;
      float* out = dws + (int64_t{tile.group} * depth + tile.row) * width + tile.column;
      if (with_bias_ && tile.row == 0) SumRows(dys, first, count, width, tile, dbs + int64_t{tile.group} * width);
      if (count == 0) {
        for (int r = 0; r < tile.rows; ++r) std::fill_n(out + int64_t{r} * width, tile.columns, 0.0f);
        return;
      }
      const float* input = xs + int64_t{first} * depth + tile.row;
      int stride = depth;
      static thread_local std::vector<float> gathered;
      if (gather) {
        gathered.resize(int64_t{count} * tile.rows);
        for (int r = 0; r < count; ++r) {
          std::copy_n(xs + int64_t{row_of[first + r]} * depth + tile.row, tile.rows, gathered.data() + int64_t{r} * tile.rows);
        }
        input = gathered.data();
        stride = tile.rows;
      }
      Multiply(true, false, tile.rows, tile.columns, count, input, stride, dys + int64_t{first} * width + tile.column,
               width, 0.0f, out, width);
    });
  }

 private:
  static void SumRows(const float* dys, int first, int count, int width, const Tile& tile, float* out) {
    Run sum(out + tile.column, tile.columns);
    sum.setZero();
    for (int r = 0; r < count; ++r) sum += ConstRun(dys + int64_t{first + r} * width + tile.column, tile.columns);
  }

  bool with_bias_;
};

REGISTER_KERNEL_BUILDER(Name("SwitchyardGroupedOuter").Device(DEVICE_CPU), GroupedOuter);

}  // namespace switchyard
