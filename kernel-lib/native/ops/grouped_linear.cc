// y = act(x[rows] w[e] + bias[e]) for the rows of each expert e, or the gradient of that with regard to its input.

#include "groups.h"

#include "activation.h"
#include "blas.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/common_shape_fns.h"

namespace switchyard {

using namespace tensorflow;

REGISTER_OP("SwitchyardGroupedLinear")
    .Input("x: float")        // [N, D]
    .Input("rows: int32")     // [R] row of x that each row reads; [0] where x is [R, D] already
    .Input("w: float")        // [E, D, H], or [E, H, D] with transpose_w
    .Input("bias: float")     // [E, H] or [0]
    .Input("pre: float")      // [R, H]: the result is multiplied by act'(pre); or [0]: act is applied to the result
    .Input("offsets: int32")  // [E + 1]
    .Attr("transpose_w: bool = false")
    .Attr("activation: string = 'none'")
    .Attr("save_pre: bool = false")
    .Output("y: float")          // [R, H]
    .Output("saved_pre: float")  // [R, H] before the activation with save_pre, else [0]
    .SetShapeFn(shape_inference::UnknownShape);

class GroupedLinear : public OpKernel {
 public:
  explicit GroupedLinear(OpKernelConstruction* ctx) : OpKernel(ctx) {
    std::string name;
    OP_REQUIRES_OK(ctx, ctx->GetAttr("transpose_w", &transpose_w_));
    OP_REQUIRES_OK(ctx, ctx->GetAttr("activation", &name));
    OP_REQUIRES_OK(ctx, ctx->GetAttr("save_pre", &save_pre_));
    OP_REQUIRES(ctx, ParseActivation(name, &activation_),
                errors::InvalidArgument("activation must be none, relu, gelu or silu, got ", name));
  }

  void Compute(OpKernelContext* ctx) override {
    const Tensor& x = ctx->input(0);
    const Tensor& rows = ctx->input(1);
    const Tensor& w = ctx->input(2);
    const Tensor& bias = ctx->input(3);
    const Tensor& pre = ctx->input(4);
    const Tensor& offsets = ctx->input(5);
    OP_REQUIRES(ctx, x.dims() == 2 && w.dims() == 3 && rows.dims() == 1,
                errors::InvalidArgument("x, rows and w must be of rank 2, 1 and 3, got ", x.shape().DebugString(), ", ",
                                        rows.shape().DebugString(), ", ", w.shape().DebugString()));
    const int64_t groups = w.dim_size(0);
    const int depth = x.dim_size(1);
    const int width = w.dim_size(transpose_w_ ? 1 : 2);
    OP_REQUIRES(ctx, w.dim_size(transpose_w_ ? 2 : 1) == depth,
                errors::InvalidArgument("w ", w.shape().DebugString(), " does not fit x ", x.shape().DebugString()));
    OP_REQUIRES(ctx, offsets.dims() == 1 && offsets.dim_size(0) == groups + 1,
                errors::InvalidArgument("offsets must have shape [", groups + 1, "], got ", offsets.shape().DebugString()));
    // Identity rows are told from "no rows at all" by the offsets.
    const int count = offsets.vec<int32_t>()(groups);
    const bool gather = rows.NumElements() > 0;
    OP_REQUIRES_OK(ctx, CheckOffsets(offsets, groups, gather ? rows.dim_size(0) : x.dim_size(0)));
    OP_REQUIRES_OK(ctx, CheckIndices("rows", rows, 0, x.dim_size(0)));
    const bool has_bias = bias.NumElements() > 0;
    OP_REQUIRES(ctx, !has_bias || bias.shape() == TensorShape({groups, width}),
                errors::InvalidArgument("bias must have shape [", groups, ", ", width, "], got ", bias.shape().DebugString()));
    const bool backward = pre.NumElements() > 0;
    OP_REQUIRES(ctx, !backward || pre.shape() == TensorShape({count, width}),
                errors::InvalidArgument("pre must have shape [", count, ", ", width, "], got ", pre.shape().DebugString()));

    Tensor* y = nullptr;
    Tensor* saved = nullptr;
    OP_REQUIRES_OK(ctx, ctx->allocate_output(0, TensorShape({count, width}), &y));
    OP_REQUIRES_OK(ctx, ctx->allocate_output(1, save_pre_ ? TensorShape({count, width}) : TensorShape({0}), &saved));

    const auto at = offsets.vec<int32_t>();
    std::vector<std::pair<int, int>> spans;
    for (int64_t e = 0; e < groups; ++e) spans.emplace_back(at(e), at(e + 1));
    const auto tiles = TilesOf(spans, width, NumThreads(ctx));
    const float* xs = x.flat<float>().data();
    const int32_t* row_of = rows.flat<int32_t>().data();
    const float* ws = w.flat<float>().data();
    const float* biases = bias.flat<float>().data();
    const float* pres = pre.flat<float>().data();
    float* ys = y->flat<float>().data();
    float* saves = saved->flat<float>().data();

    ForEach(ctx, tiles.size(), [&](int64_t i) {
      const Tile& tile = tiles[i];
      const float* input = xs + int64_t{tile.row} * depth;
      static thread_local std::vector<float> gathered;
      if (gather) {
        gathered.resize(int64_t{tile.rows} * depth);
        for (int r = 0; r < tile.rows; ++r) {
          std::copy_n(xs + int64_t{row_of[tile.row + r]} * depth, depth, gathered.data() + int64_t{r} * depth);
        }
        input = gathered.data();
      }
      const float* weight = ws + int64_t{tile.group} * depth * width + int64_t{tile.column} * (transpose_w_ ? depth : 1);
      float* out = ys + int64_t{tile.row} * width + tile.column;
      Multiply(false, transpose_w_, tile.rows, tile.columns, depth, input, depth, weight, transpose_w_ ? depth : width,
               0.0f, out, width);
      if (!has_bias && activation_ == Activation::kNone && !save_pre_) return;
      for (int r = 0; r < tile.rows; ++r) {
        float* values = out + int64_t{r} * width;
        const int64_t place = int64_t{tile.row + r} * width + tile.column;
        if (has_bias) {
          Run(values, tile.columns) += ConstRun(biases + int64_t{tile.group} * width + tile.column, tile.columns);
        }
        if (save_pre_) std::copy_n(values, tile.columns, saves + place);
        if (backward) MultiplyDerivative(activation_, pres + place, values, tile.columns);
        else Activate(activation_, values, tile.columns);
      }
    });
  }

 private:
  bool transpose_w_, save_pre_;
  Activation activation_;
};

REGISTER_KERNEL_BUILDER(Name("SwitchyardGroupedLinear").Device(DEVICE_CPU), GroupedLinear);

}  // namespace switchyard
