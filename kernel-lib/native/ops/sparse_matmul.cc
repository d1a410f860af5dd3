// y = x W of a matrix in compressed rows, one row for each output: the values of output p are starts[p] .. starts[p + 1], each with the
// input that it counts for. And the gradient with regard to the values: of each the product of its input and its output, summed over rows.
//
// Inputs are turned first into panels [D, kPanel] of as many rows as registers hold sums: a value then costs one load and one product for all of them.

#include "groups.h"

#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/op.h"

namespace switchyard {

using namespace tensorflow;

// As many floats as a register of AVX-512 holds; where there is none the compiler takes several.
using Lanes = float __attribute__((vector_size(64)));
constexpr int kLanes = 16;
constexpr int kPanel = 4 * kLanes;
// Outputs that one thread takes at a time.
constexpr int kOutputs = 64;

REGISTER_OP("SwitchyardSparseMatMul")
    .Input("x: float")        // [R, D]
    .Input("values: float")   // [V]
    .Input("columns: int32")  // [V], 0 .. D - 1
    .Input("starts: int32")   // [P + 1]
    .Output("y: float")       // [R, P]
    .SetShapeFn(shape_inference::UnknownShape);

REGISTER_OP("SwitchyardSparseOuter")
    .Input("x: float")        // [R, D]
    .Input("dy: float")       // [R, P]
    .Input("columns: int32")  // [V], 0 .. D - 1
    .Input("starts: int32")   // [P + 1]
    .Output("dvalues: float") // [V]
    .SetShapeFn(shape_inference::UnknownShape);

// [R, D] as panels [R / kPanel, D, kPanel], zeros behind the last row.
inline Floats PanelsOf(OpKernelContext* ctx, const float* x, int64_t rows, int64_t depth) {
  const int64_t panels = (rows + kPanel - 1) / kPanel;
  Floats out(panels * depth * kPanel);
  ForEach(ctx, panels, [&](int64_t panel) {
    float* to = out.data() + panel * depth * kPanel;
    const int64_t first = panel * kPanel;
    const int64_t count = std::min<int64_t>(kPanel, rows - first);
    // In blocks of columns, so that what is written stays in the cache until it is full.
    for (int64_t from = 0; from < depth; from += 16) {
      const int64_t until = std::min<int64_t>(depth, from + 16);
      for (int64_t r = 0; r < count; ++r) {
        const float* row = x + (first + r) * depth;
        for (int64_t d = from; d < until; ++d) to[d * kPanel + r] = row[d];
      }
    }
  });
  return out;
}

inline tensorflow::Status CheckSparse(const Tensor& starts, const Tensor& columns, int64_t depth) {
  if (columns.dims() != 1 || starts.NumElements() < 1) {
    return errors::InvalidArgument("columns and starts must be [V] and [P + 1], got ", columns.shape().DebugString(), ", ",
                                   starts.shape().DebugString());
  }
  TF_RETURN_IF_ERROR(CheckOffsets(starts, starts.NumElements() - 1, columns.NumElements()));
  return CheckIndices("columns", columns, 0, depth);
}

class SparseMatMul : public SizedOp {
 public:
  explicit SparseMatMul(OpKernelConstruction* ctx) : SizedOp(ctx) {}

  void ComputeSized(OpKernelContext* ctx) override {
    const Tensor& x = ctx->input(0);
    const Tensor& values = ctx->input(1);
    const Tensor& columns = ctx->input(2);
    const Tensor& starts = ctx->input(3);
    OP_REQUIRES(ctx, x.dims() == 2 && values.dims() == 1 && values.NumElements() == columns.NumElements(),
                errors::InvalidArgument("x, values and columns must be [R, D], [V] and [V], got ", x.shape().DebugString(), ", ",
                                        values.shape().DebugString(), ", ", columns.shape().DebugString()));
    const int64_t rows = x.dim_size(0);
    const int64_t depth = x.dim_size(1);
    OP_REQUIRES_OK(ctx, CheckSparse(starts, columns, depth));
    const int64_t outputs = starts.NumElements() - 1;
    Tensor* y = nullptr;
    OP_REQUIRES_OK(ctx, Allocate(ctx, 0, {rows, outputs}, &y));
    const Floats panels = PanelsOf(ctx, x.flat<float>().data(), rows, depth);
    const float* value = values.flat<float>().data();
    const int32_t* column = columns.flat<int32_t>().data();
    const int32_t* start = starts.flat<int32_t>().data();
    float* ys = y->flat<float>().data();
    const int64_t blocks = (outputs + kOutputs - 1) / kOutputs;
    ForEach(ctx, (rows + kPanel - 1) / kPanel * blocks, [&](int64_t i) {
      const int64_t panel = i / blocks;
      const int64_t first = i % blocks * kOutputs;
      const int64_t count = std::min<int64_t>(kOutputs, outputs - first);
      const float* in = panels.data() + panel * depth * kPanel;
      alignas(64) float out[kOutputs][kPanel];
      for (int64_t p = 0; p < count; ++p) {
        Lanes a = {}, b = {}, c = {}, d = {};
        for (int32_t v = start[first + p]; v < start[first + p + 1]; ++v) {
          const Lanes* from = reinterpret_cast<const Lanes*>(in + int64_t{column[v]} * kPanel);
          const float by = value[v];
          a += by * from[0];
          b += by * from[1];
          c += by * from[2];
          d += by * from[3];
        }
        Lanes* to = reinterpret_cast<Lanes*>(out[p]);
        to[0] = a, to[1] = b, to[2] = c, to[3] = d;
      }
      const int64_t filled = std::min<int64_t>(kPanel, rows - panel * kPanel);
      for (int64_t r = 0; r < filled; ++r) {
        float* to = ys + (panel * kPanel + r) * outputs + first;
        for (int64_t p = 0; p < count; ++p) to[p] = out[p][r];
      }
    });
  }
};

class SparseOuter : public SizedOp {
 public:
  explicit SparseOuter(OpKernelConstruction* ctx) : SizedOp(ctx) {}

  void ComputeSized(OpKernelContext* ctx) override {
    const Tensor& x = ctx->input(0);
    const Tensor& dy = ctx->input(1);
    const Tensor& columns = ctx->input(2);
    const Tensor& starts = ctx->input(3);
    const int64_t outputs = starts.NumElements() - 1;
    OP_REQUIRES(ctx, x.dims() == 2 && dy.dims() == 2 && x.dim_size(0) == dy.dim_size(0) && dy.dim_size(1) == outputs,
                errors::InvalidArgument("x and dy must be [R, D] and [R, P], got ", x.shape().DebugString(), ", ",
                                        dy.shape().DebugString(), " for ", outputs, " outputs"));
    const int64_t rows = x.dim_size(0);
    const int64_t depth = x.dim_size(1);
    OP_REQUIRES_OK(ctx, CheckSparse(starts, columns, depth));
    Tensor* dvalues = nullptr;
    OP_REQUIRES_OK(ctx, Allocate(ctx, 0, {columns.NumElements()}, &dvalues));
    const Floats ins = PanelsOf(ctx, x.flat<float>().data(), rows, depth);
    const Floats outs = PanelsOf(ctx, dy.flat<float>().data(), rows, outputs);
    const int32_t* column = columns.flat<int32_t>().data();
    const int32_t* start = starts.flat<int32_t>().data();
    float* to = dvalues->flat<float>().data();
    const int64_t panels = (rows + kPanel - 1) / kPanel;
    ForEach(ctx, (outputs + kOutputs - 1) / kOutputs, [&](int64_t block) {
      const int64_t last = std::min<int64_t>(outputs, (block + 1) * kOutputs);
      for (int64_t p = block * kOutputs; p < last; ++p) std::fill(to + start[p], to + start[p + 1], 0.0f);
      for (int64_t panel = 0; panel < panels; ++panel) {
        const float* in = ins.data() + panel * depth * kPanel;
        const float* out = outs.data() + panel * outputs * kPanel;
        for (int64_t p = block * kOutputs; p < last; ++p) {
          const Lanes* b = reinterpret_cast<const Lanes*>(out + p * kPanel);
          for (int32_t v = start[p]; v < start[p + 1]; ++v) {
            const Lanes* a = reinterpret_cast<const Lanes*>(in + int64_t{column[v]} * kPanel);
            const Lanes parts = (a[0] * b[0] + a[1] * b[1]) + (a[2] * b[2] + a[3] * b[3]);
            float sum = 0;
            for (int k = 0; k < kLanes; ++k) sum += parts[k];
            to[v] += sum;
          }
        }
      }
    });
  }
};

REGISTER_KERNEL_BUILDER(Name("SwitchyardSparseMatMul").Device(DEVICE_CPU), SparseMatMul);
REGISTER_KERNEL_BUILDER(Name("SwitchyardSparseOuter").Device(DEVICE_CPU), SparseOuter);

}  // namespace switchyard
