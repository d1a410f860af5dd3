// y[rows of e] = x[rows of e] w[e] for each expert e, and the gradient of the rows where they are an activation of others.

#include "groups.h"

#include "activation.h"
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

class GroupedProduct : public SizedOp {
 public:
  using SizedOp::SizedOp;

 protected:
  // Output 0 is rows x times the matrices w of their groups; `then` has each tile of it while it lies in a cache.
  static tensorflow::Status Product(OpKernelContext* ctx, bool transpose_w, Tensor** y,
                                    const std::function<void(const Tile&)>& then) {
    const Tensor& x = ctx->input(0);
    const Tensor& w = ctx->input(1);
    const Tensor& offsets = ctx->input(2);
    if (x.dims() != 2 || w.dims() != 3 || w.dim_size(transpose_w ? 2 : 1) != x.dim_size(1)) {
      return errors::InvalidArgument("w ", w.shape().DebugString(), " does not fit x ", x.shape().DebugString());
    }
    const int64_t groups = w.dim_size(0);
    TF_RETURN_IF_ERROR(CheckOffsets(offsets, groups, x.dim_size(0)));
    const int depth = x.dim_size(1);
    const int width = w.dim_size(transpose_w ? 1 : 2);
    TF_RETURN_IF_ERROR(Allocate(ctx, 0, {x.dim_size(0), width}, y));

    const auto at = offsets.vec<int32_t>();
    std::vector<std::pair<int, int>> spans;
    for (int64_t e = 0; e < groups; ++e) spans.emplace_back(at(e), at(e + 1));
    auto tiles = TilesOf(spans, width, NumThreads(ctx));
    LongestFirst(tiles, [&](int) { return int64_t{depth}; });
    const float* xs = x.flat<float>().data();
    const float* ws = w.flat<float>().data();
    float* ys = (*y)->flat<float>().data();
    ForEach(ctx, tiles.size(), [&](int64_t i) {
      const Tile& tile = tiles[i];
      const float* matrix = ws + int64_t{tile.group} * depth * width + int64_t{tile.column} * (transpose_w ? depth : 1);
      Multiply(false, transpose_w, tile.rows, tile.columns, depth, xs + int64_t{tile.row} * depth, depth, matrix,
               transpose_w ? depth : width, ys + int64_t{tile.row} * width + tile.column, width);
      then(tile);
    });
    return tensorflow::OkStatus();
  }
};

class GroupedMatMul : public GroupedProduct {
 public:
  explicit GroupedMatMul(OpKernelConstruction* ctx) : GroupedProduct(ctx) {
    OP_REQUIRES_OK(ctx, ctx->GetAttr("transpose_w", &transpose_w_));
  }

  void ComputeSized(OpKernelContext* ctx) override {
    Tensor* y = nullptr;
    OP_REQUIRES_OK(ctx, Product(ctx, transpose_w_, &y, [](const Tile&) {}));
  }

 private:
  bool transpose_w_;
};

REGISTER_KERNEL_BUILDER(Name("SwitchyardGroupedMatMul").Device(DEVICE_CPU), GroupedMatMul);

// Of y[rows of e] = act(x[rows of e]) w[e]. The gradient of act(x), as large as x, is never in memory.
REGISTER_OP("SwitchyardGroupedMatMulActivationGrad")
    .Input("dy: float")       // [R, H]
    .Input("w: float")        // [E, D, H]
    .Input("offsets: int32")  // [E + 1]
    .Input("x: float")        // [R, D]
    .Attr("activation: string")
    .Output("dx: float")  // [R, D]
    .SetShapeFn(shape_inference::UnknownShape);

class GroupedMatMulActivationGrad : public GroupedProduct {
 public:
  explicit GroupedMatMulActivationGrad(OpKernelConstruction* ctx) : GroupedProduct(ctx) {
    OP_REQUIRES_OK(ctx, ReadActivation(ctx, &activation_));
  }

  void ComputeSized(OpKernelContext* ctx) override {
    const Tensor& dy = ctx->input(0);
    const Tensor& w = ctx->input(1);
    const Tensor& x = ctx->input(3);
    OP_REQUIRES(ctx,
                x.dims() == 2 && dy.dims() == 2 && w.dims() == 3 && x.dim_size(0) == dy.dim_size(0) &&
                    x.dim_size(1) == w.dim_size(1),
                errors::InvalidArgument("x ", x.shape().DebugString(), " fits neither dy ", dy.shape().DebugString(),
                                        " nor w ", w.shape().DebugString()));
    const float* xs = x.flat<float>().data();
    const int64_t width = x.dim_size(1);
    Tensor* dx = nullptr;
    OP_REQUIRES_OK(ctx, Product(ctx, true, &dx, [&](const Tile& tile) {
      float* dxs = dx->flat<float>().data();
      for (int64_t row = tile.row; row < tile.row + tile.rows; ++row) {
        MultiplyDerivative(activation_, xs, dxs, row * width + tile.column, tile.columns, x.NumElements());
      }
    }));
  }

 private:
  Activation activation_;
};

REGISTER_KERNEL_BUILDER(Name("SwitchyardGroupedMatMulActivationGrad").Device(DEVICE_CPU), GroupedMatMulActivationGrad);

}  // namespace switchyard
