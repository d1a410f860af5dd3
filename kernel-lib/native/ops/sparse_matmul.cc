// y = x W of a matrix in compressed rows, one row for each output: the values of output p are starts[p] .. starts[p + 1], each with the
// input that it counts for. A value may be a block [I, O] of I inputs in turn and O outputs in turn; rows are then of O outputs. And the gradient
// with regard to the values: of each the product of its input and its output, summed over rows.

#include "panels.h"

#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/op.h"

namespace switchyard {

using namespace tensorflow;

REGISTER_OP("SwitchyardSparseMatMul")
    .Input("x: float")        // [R, D]
    .Input("values: float")   // [V], or [V, I, O]
    .Input("columns: int32")  // [V], 0 .. D / I - 1
    .Input("starts: int32")   // [P / O + 1]
    .Output("y: float")       // [R, P]
    .SetShapeFn(shape_inference::UnknownShape);

REGISTER_OP("SwitchyardSparseOuter")
    .Input("x: float")        // [R, D]
    .Input("dy: float")       // [R, P]
    .Input("columns: int32")  // [V], 0 .. D / I - 1
    .Input("starts: int32")   // [P / O + 1]
    .Attr("block_inputs: int = 1")
    .Attr("block_outputs: int = 1")
    .Output("dvalues: float") // [V, I, O]
    .SetShapeFn(shape_inference::UnknownShape);

// Sums of so many outputs of a block are held in registers together: what is read of a panel then serves all of them.
constexpr int kTogether = 4;
// Floats of a panel that are read again before others: they and the sums fit into a core's first two caches, the first for the most part.
constexpr int64_t kNear = 16384;
// Panels of four registers, or of one where there are fewer rows than that holds.
constexpr int kWide = 4;

struct Blocks {
  const float* values;
  const int32_t* columns;
  const int32_t* starts;
  int64_t inputs, outputs;  // of a block
};

// Block rows cut into pieces of about as many values each.
struct Parts {
  Parts(const Blocks& w, int64_t rows, int64_t wanted) : w(w), rows(rows), count(std::max<int64_t>(1, std::min(rows, wanted))) {}

  int64_t Begin(int64_t part) const {
    if (part == 0 || part == count) return part == 0 ? 0 : rows;
    return std::lower_bound(w.starts, w.starts + rows, w.starts[rows] * part / count) - w.starts;
  }

  const Blocks& w;
  const int64_t rows, count;
};

inline tensorflow::Status CheckSparse(const Tensor& starts, const Tensor& columns, int64_t depth, int64_t inputs, int64_t outputs) {
  if (columns.dims() != 1 || starts.dims() != 1 || starts.NumElements() < 1) {
    return errors::InvalidArgument("columns and starts must be [V] and [P + 1], got ", columns.shape().DebugString(), ", ",
                                   starts.shape().DebugString());
  }
  if (inputs < 1 || outputs < 1 || depth % inputs != 0) {
    return errors::InvalidArgument("blocks must be of one input and output or more, and divide ", depth, " inputs, got [", inputs, ",",
                                   outputs, "]");
  }
  TF_RETURN_IF_ERROR(CheckOffsets(starts, starts.NumElements() - 1, columns.NumElements()));
  return CheckIndices("columns", columns, 0, depth / inputs);
}

// Single values of `count` outputs, a stretch of the panel at a time: what is read of it then stays in the cache nearest to the core.
template <int N>
inline void SumValues(const Blocks& w, const float* in, int64_t depth, int64_t first, int64_t count, float (*out)[N * kLanes]) {
  constexpr int64_t kStretch = kNear / (N * kLanes);
  int32_t at[kOutputs];
  std::copy_n(w.starts + first, count, at);
  std::fill_n(out[0], count * N * kLanes, 0.0f);
  for (int64_t until = kStretch; until - kStretch < depth; until += kStretch) {
    for (int64_t p = 0; p < count; ++p) {
      Lanes* to = reinterpret_cast<Lanes*>(out[p]);
      Lanes sums[N];
      for (int n = 0; n < N; ++n) sums[n] = to[n];
      int32_t v = at[p];
      for (const int32_t end = w.starts[first + p + 1]; v < end && w.columns[v] < until; ++v) {
        const Lanes* x = reinterpret_cast<const Lanes*>(in) + int64_t{w.columns[v]} * N;
#pragma GCC unroll 8
        for (int n = 0; n < N; ++n) sums[n] += w.values[v] * x[n];
      }
      at[p] = v;
      for (int n = 0; n < N; ++n) to[n] = sums[n];
    }
  }
}

// Sums of T outputs, `o` and on, of row `row` of blocks.
template <int N, int T>
inline void SumTile(const Blocks& w, const float* in, int64_t row, int64_t o, float* out) {
  const int64_t inputs = w.inputs, outputs = w.outputs;
  Lanes sums[T][N] = {};
  for (int32_t b = w.starts[row]; b < w.starts[row + 1]; ++b) {
    const float* value = w.values + b * inputs * outputs + o;
    const Lanes* x = reinterpret_cast<const Lanes*>(in) + w.columns[b] * inputs * N;
    for (int64_t i = 0; i < inputs; ++i, value += outputs, x += N) {
#pragma GCC unroll 8
      for (int t = 0; t < T; ++t) {
#pragma GCC unroll 8
        for (int n = 0; n < N; ++n) sums[t][n] += value[t] * x[n];
      }
    }
  }
  Lanes* to = reinterpret_cast<Lanes*>(out);
  for (int t = 0; t < T; ++t) {
    for (int n = 0; n < N; ++n) to[t * N + n] = sums[t][n];
  }
}

// Outputs `from` .. `until` of the rows of a panel.
template <int N>
inline void SumOutputs(const Blocks& w, const float* in, int64_t depth, int64_t from, int64_t until, float* y, int64_t filled,
                       int64_t stride) {
  constexpr int kWidth = N * kLanes;
  alignas(64) float out[kOutputs][kWidth];
  for (int64_t first = from; first < until; first += kOutputs) {
    const int64_t count = std::min<int64_t>(kOutputs, until - first);
    const bool single = w.inputs == 1 && w.outputs == 1;
    if (single) SumValues<N>(w, in, depth, first, count, out);
    for (int64_t p = 0; p < count && !single;) {
      const int64_t row = (first + p) / w.outputs, o = (first + p) % w.outputs;
      const int64_t left = std::min<int64_t>(w.outputs - o, count - p);
      if (left >= kTogether) {
        SumTile<N, kTogether>(w, in, row, o, out[p]), p += kTogether;
      } else if (left >= 2) {
        SumTile<N, 2>(w, in, row, o, out[p]), p += 2;
      } else {
        SumTile<N, 1>(w, in, row, o, out[p]), p += 1;
      }
    }
    int64_t r = 0;
    for (; r + kLanes <= filled && count % kLanes == 0; r += kLanes) {
      for (int64_t p = 0; p < count; p += kLanes) Transpose(out[p] + r, kWidth, y + r * stride + first + p, stride);
    }
    for (; r < filled; ++r) {
      float* to = y + r * stride + first;
      for (int64_t p = 0; p < count; ++p) to[p] = out[p][r];
    }
  }
}

// Block rows `from` .. `until` of one row of x, which needs no panel: lanes are the outputs of a block.
template <int O>
inline void SumRow(const Blocks& w, const float* x, int64_t from, int64_t until, float* y) {
  for (int64_t row = from; row < until; ++row) {
    float sums[O] = {};
    for (int32_t b = w.starts[row]; b < w.starts[row + 1]; ++b) {
      const float* value = w.values + b * w.inputs * O;
      const float* in = x + w.columns[b] * w.inputs;
      for (int64_t i = 0; i < w.inputs; ++i, value += O) {
        for (int o = 0; o < O; ++o) sums[o] += in[i] * value[o];
      }
    }
    std::copy_n(sums, O, y + row * O);
  }
}

// The same of single values, of which several are summed side by side.
inline void SumRowValues(const Blocks& w, const float* x, int64_t from, int64_t until, float* y) {
  for (int64_t row = from; row < until; ++row) {
    float sums[kLanes] = {};
    int32_t v = w.starts[row];
    const int32_t end = w.starts[row + 1];
    for (; v + kLanes <= end; v += kLanes) {
      for (int k = 0; k < kLanes; ++k) sums[k] += w.values[v + k] * x[w.columns[v + k]];
    }
    for (int k = 0; v < end; ++v, ++k) sums[k] += w.values[v] * x[w.columns[v]];
    float sum = 0;
    for (int k = 0; k < kLanes; ++k) sum += sums[k];
    y[row] = sum;
  }
}

// What computes a row of x alone; null for blocks of other sizes.
using RowProduct = void (*)(const Blocks&, const float*, int64_t, int64_t, float*);
inline RowProduct RowProductOf(const Blocks& w) {
  switch (w.outputs) {
    case 1: return w.inputs == 1 ? SumRowValues : nullptr;
    case 4: return SumRow<4>;
    case 8: return SumRow<8>;
    case 16: return SumRow<16>;
    case 32: return SumRow<32>;
    default: return nullptr;
  }
}

class SparseMatMul : public SizedOp {
 public:
  explicit SparseMatMul(OpKernelConstruction* ctx) : SizedOp(ctx) {}

  void ComputeSized(OpKernelContext* ctx) override {
    const Tensor& x = ctx->input(0);
    const Tensor& values = ctx->input(1);
    const Tensor& columns = ctx->input(2);
    const Tensor& starts = ctx->input(3);
    const bool blocks = values.dims() == 3;
    OP_REQUIRES(ctx, x.dims() == 2 && (values.dims() == 1 || blocks) && values.dim_size(0) == columns.NumElements(),
                errors::InvalidArgument("x, values and columns must be [R, D], [V] or [V, I, O], and [V], got ", x.shape().DebugString(),
                                        ", ", values.shape().DebugString(), ", ", columns.shape().DebugString()));
    const Blocks w{values.flat<float>().data(), columns.flat<int32_t>().data(), starts.flat<int32_t>().data(),
                   blocks ? values.dim_size(1) : 1, blocks ? values.dim_size(2) : 1};
    OP_REQUIRES_OK(ctx, CheckSparse(starts, columns, x.dim_size(1), w.inputs, w.outputs));
    Tensor* y = nullptr;
    OP_REQUIRES_OK(ctx, Allocate(ctx, 0, {x.dim_size(0), (starts.NumElements() - 1) * w.outputs}, &y));
    if (y->NumElements() == 0) return;
    if (x.dim_size(0) == 1 && RowProductOf(w) != nullptr) {
      const int64_t block_rows = starts.NumElements() - 1;
      const Parts parts(w, block_rows, 2 * NumThreads(ctx));
      ForEach(ctx, parts.count, [&](int64_t i) {
        RowProductOf(w)(w, x.flat<float>().data(), parts.Begin(i), parts.Begin(i + 1), y->flat<float>().data());
      });
    } else if (x.dim_size(0) <= kLanes) {
      Run<1>(ctx, x, w, starts.NumElements() - 1, y);
    } else {
      Run<kWide>(ctx, x, w, starts.NumElements() - 1, y);
    }
  }

 private:
  // Each piece is a panel and outputs of about as many values as the others'. It makes the panel itself, which then lies in its core's cache.
  template <int N>
  static void Run(OpKernelContext* ctx, const Tensor& x, const Blocks& w, int64_t block_rows, Tensor* y) {
    constexpr int64_t kWidth = N * kLanes;
    const int64_t rows = x.dim_size(0), depth = x.dim_size(1), outputs = y->dim_size(1);
    const int64_t panels = (rows + kWidth - 1) / kWidth;
    const Parts parts(w, block_rows, 2 * NumThreads(ctx) / panels);
    const float* xs = x.flat<float>().data();
    float* ys = y->flat<float>().data();
    ForEach(ctx, panels * parts.count, [&](int64_t i) {
      const int64_t first = i / parts.count * kWidth, part = i % parts.count;
      const Scratch panel(depth * kWidth);
      FillPanel<N>(xs, rows, depth, first, panel.data());
      SumOutputs<N>(w, panel.data(), depth, parts.Begin(part) * w.outputs, parts.Begin(part + 1) * w.outputs, ys + first * outputs,
                    std::min<int64_t>(kWidth, rows - first), outputs);
    });
  }
};

class SparseOuter : public SizedOp {
 public:
  explicit SparseOuter(OpKernelConstruction* ctx) : SizedOp(ctx) {
    OP_REQUIRES_OK(ctx, ctx->GetAttr("block_inputs", &inputs_));
    OP_REQUIRES_OK(ctx, ctx->GetAttr("block_outputs", &outputs_));
  }

  void ComputeSized(OpKernelContext* ctx) override {
    const Tensor& x = ctx->input(0);
    const Tensor& dy = ctx->input(1);
    const Tensor& columns = ctx->input(2);
    const Tensor& starts = ctx->input(3);
    const int64_t block_rows = starts.NumElements() - 1;
    OP_REQUIRES(ctx, x.dims() == 2 && dy.dims() == 2 && x.dim_size(0) == dy.dim_size(0) && dy.dim_size(1) == block_rows * outputs_,
                errors::InvalidArgument("x and dy must be [R, D] and [R, P], got ", x.shape().DebugString(), ", ",
                                        dy.shape().DebugString(), " for ", block_rows * outputs_, " outputs"));
    const int64_t rows = x.dim_size(0), depth = x.dim_size(1), outputs = dy.dim_size(1);
    OP_REQUIRES_OK(ctx, CheckSparse(starts, columns, depth, inputs_, outputs_));
    Tensor* dvalues = nullptr;
    OP_REQUIRES_OK(ctx, Allocate(ctx, 0, {columns.NumElements(), inputs_, outputs_}, &dvalues));
    const Scratch ins = PanelsOf<kWide>(ctx, x.flat<float>().data(), rows, depth);
    const Scratch outs = PanelsOf<kWide>(ctx, dy.flat<float>().data(), rows, outputs);
    const int32_t* column = columns.flat<int32_t>().data();
    const int32_t* start = starts.flat<int32_t>().data();
    float* to = dvalues->flat<float>().data();
    const int64_t panels = (rows + kWide * kLanes - 1) / (kWide * kLanes);
    const int64_t together = std::max<int64_t>(1, kOutputs / outputs_);
    const int64_t size = inputs_ * outputs_;
    ForEach(ctx, (block_rows + together - 1) / together, [&](int64_t part) {
      const int64_t first = part * together, last = std::min(block_rows, first + together);
      std::fill(to + start[first] * size, to + start[last] * size, 0.0f);
      for (int64_t panel = 0; panel < panels; ++panel) {
        const Lanes* in = reinterpret_cast<const Lanes*>(ins.data()) + panel * depth * kWide;
        const Lanes* out = reinterpret_cast<const Lanes*>(outs.data()) + panel * outputs * kWide;
        for (int64_t row = first; row < last; ++row) {
          for (int32_t v = start[row]; v < start[row + 1]; ++v) {
            AddBlock(in + column[v] * inputs_ * kWide, out + row * outputs_ * kWide, to + v * size);
          }
        }
      }
    });
  }

 private:
  void AddBlock(const Lanes* in, const Lanes* out, float* to) const {
    for (int64_t i = 0; i < inputs_; ++i) {
      const Lanes* a = in + i * kWide;
      for (int64_t o = 0; o < outputs_; ++o) {
        const Lanes* b = out + o * kWide;
        to[i * outputs_ + o] += SumOf((a[0] * b[0] + a[1] * b[1]) + (a[2] * b[2] + a[3] * b[3]));
      }
    }
  }

  int64_t inputs_;
  int64_t outputs_;
};

REGISTER_KERNEL_BUILDER(Name("SwitchyardSparseMatMul").Device(DEVICE_CPU), SparseMatMul);
REGISTER_KERNEL_BUILDER(Name("SwitchyardSparseOuter").Device(DEVICE_CPU), SparseOuter);

}  // namespace switchyard
