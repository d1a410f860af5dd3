// y = op(a) op(b) for each matrix of a batch: the dense products, on the same OpenBLAS as those of experts, so that no sum
// depends on a cache's size, as those of TensorFlow's own kernels do.

#include "groups.h"

#include "blas.h"
#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/op.h"

namespace switchyard {

using namespace tensorflow;

REGISTER_OP("SwitchyardMatMul")
    .Input("a: float")  // [..., M, K], or [..., K, M] with transpose_a
    .Input("b: float")  // [..., K, N], or [..., N, K] with transpose_b
    .Attr("transpose_a: bool")
    .Attr("transpose_b: bool")
    .Output("y: float")  // [..., M, N]; one matrix on a side goes with every matrix of the other
    .SetShapeFn(shape_inference::UnknownShape);

// Multiply-adds of a tile that is worth a thread of its own.
constexpr int64_t kTileWork = 1 << 19;

// Products of up to so many multiply-adds OpenBLAS computes without packing b first, which costs more than the product where
// a has few rows.
constexpr int64_t kUnpacked = 1000000;
constexpr int kUnpackedRows = 16;

// Cuts of [rows, columns] into equal parts, the longer side first, until every thread has two tiles or they get small.
inline std::pair<int64_t, int64_t> PartsOf(int64_t batches, int64_t rows, int64_t columns, int64_t depth, int threads) {
  int64_t row_parts = 1, column_parts = 1;
  auto fits = [&] { return rows / row_parts * (columns / column_parts) * depth >= 2 * kTileWork; };
  while (threads > 1 && batches * row_parts * column_parts < 2 * threads && fits()) {
    const bool cut_rows = rows / row_parts >= columns / column_parts;
    if ((cut_rows ? rows / row_parts : columns / column_parts) < 32) break;
    (cut_rows ? row_parts : column_parts) *= 2;
  }
  return {row_parts, column_parts};
}

class MatMul : public SizedOp {
 public:
  explicit MatMul(OpKernelConstruction* ctx) : SizedOp(ctx) {
    OP_REQUIRES_OK(ctx, ctx->GetAttr("transpose_a", &transpose_a_));
    OP_REQUIRES_OK(ctx, ctx->GetAttr("transpose_b", &transpose_b_));
  }

  void ComputeSized(OpKernelContext* ctx) override {
    const Tensor& a = ctx->input(0);
    const Tensor& b = ctx->input(1);
    OP_REQUIRES(ctx, a.dims() >= 2 && b.dims() >= 2 && Fit(a, b),
                errors::InvalidArgument("b ", b.shape().DebugString(), " does not fit a ", a.shape().DebugString()));
    const int rows = Size(a, transpose_a_ ? 1 : 2);
    const int depth = Size(a, transpose_a_ ? 2 : 1);
    const int columns = Size(b, transpose_b_ ? 2 : 1);
    const int64_t batches_a = Batches(a), batches_b = Batches(b);
    const int64_t batches = batches_a == 1 ? batches_b : batches_a;
    Tensor* y = nullptr;
    OP_REQUIRES_OK(ctx, AllocateProduct(ctx, batches_a == 1 && b.dims() >= a.dims() ? b : a, rows, columns, &y));
    float* ys = y->flat<float>().data();
    if (y->NumElements() == 0) return;
    if (depth == 0) {
      std::fill_n(ys, y->NumElements(), 0.0f);
      return;
    }

    const float* as = a.flat<float>().data();
    const float* bs = b.flat<float>().data();
    const int64_t next_a = batches_a == 1 ? 0 : int64_t{rows} * depth;
    const int64_t next_b = batches_b == 1 ? 0 : int64_t{depth} * columns;
    const auto parts = PartsOf(batches, rows, columns, depth, NumThreads(ctx));
    const int64_t row_parts = parts.first;
    const int64_t unpacked = int64_t{rows} * columns * depth / kUnpacked + 1;
    const int64_t column_parts =
        rows > kUnpackedRows ? parts.second : std::max(parts.second, std::min<int64_t>(unpacked, columns / 16 + 1));
    auto product = [&](int64_t batch, int row, int rows_here, int column, int columns_here) {
      if (rows == 1) {
        MultiplyRow(transpose_b_, columns_here, depth, as + batch * next_a,
                    bs + batch * next_b + int64_t{column} * (transpose_b_ ? depth : 1), transpose_b_ ? depth : columns,
                    ys + batch * columns + column);
        return;
      }
      Multiply(transpose_a_, transpose_b_, rows_here, columns_here, depth,
               as + batch * next_a + int64_t{row} * (transpose_a_ ? 1 : depth), transpose_a_ ? rows : depth,
               bs + batch * next_b + int64_t{column} * (transpose_b_ ? depth : 1), transpose_b_ ? depth : columns,
               ys + (batch * rows + row) * columns + column, columns);
    };
    auto tile = [&](int64_t batch, int64_t i) {
      const int64_t r = i / column_parts, c = i % column_parts;
      const int row = rows * r / row_parts, column = columns * c / column_parts;
      product(batch, row, static_cast<int>(rows * (r + 1) / row_parts) - row, column,
              static_cast<int>(columns * (c + 1) / column_parts) - column);
    };
    const int64_t tiles = row_parts * column_parts;
    // Small matrices are taken several at a time.
    const int64_t together =
        tiles > 1 ? 1 : std::max<int64_t>(1, kTileWork / std::max<int64_t>(1, int64_t{rows} * columns * depth));
    ForEach(ctx, (batches * tiles + together - 1) / together, [&](int64_t i) {
      for (int64_t at = i * together; at < std::min(batches * tiles, (i + 1) * together); ++at) {
        tile(at / tiles, at % tiles);
      }
    });
  }

 private:
  // Size of a dimension, the last being the first.
  static int64_t Size(const Tensor& t, int from_last) { return t.dim_size(t.dims() - from_last); }

  static int64_t Batches(const Tensor& t) {
    int64_t batches = 1;
    for (int d = 0; d < t.dims() - 2; ++d) batches *= t.dim_size(d);
    return batches;
  }

  bool Fit(const Tensor& a, const Tensor& b) const {
    if (Size(a, transpose_a_ ? 2 : 1) != Size(b, transpose_b_ ? 1 : 2)) return false;
    if (Batches(a) == 1 || Batches(b) == 1) return true;
    if (a.dims() != b.dims()) return false;
    for (int d = 0; d < a.dims() - 2; ++d) {
      if (a.dim_size(d) != b.dim_size(d)) return false;
    }
    return true;
  }

  // The batches of `like`, of matrices [rows, columns].
  static Status AllocateProduct(OpKernelContext* ctx, const Tensor& like, int rows, int columns, Tensor** y) {
    std::vector<int64_t> sizes;
    for (int d = 0; d < like.dims() - 2; ++d) sizes.push_back(like.dim_size(d));
    sizes.insert(sizes.end(), {rows, columns});
    TensorShape shape;
    TF_RETURN_IF_ERROR(TensorShape::BuildTensorShape(sizes, &shape));
    return ctx->allocate_output(0, shape, y);
  }

  bool transpose_a_;
  bool transpose_b_;
};

REGISTER_KERNEL_BUILDER(Name("SwitchyardMatMul").Device(DEVICE_CPU), MatMul);

}  // namespace switchyard
