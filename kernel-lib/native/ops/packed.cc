// Products with weights that stay packed as files store them, [E, N, K] with K innermost: matrices of N rows, each decoded block by
// block inside the product. Few rows of x: a dot product with each row of the weight, which is read once. Many: tiles of the weight are
// decoded into scratch memory and multiplied there.

#include "groups.h"

#include "packed_rows.h"
#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/op.h"

namespace switchyard {

using namespace tensorflow;

// An op on a packed weight: its format and sizes.
class PackedOp : public SizedOp {
 public:
  explicit PackedOp(OpKernelConstruction* ctx) : SizedOp(ctx) {
    std::string format;
    OP_REQUIRES_OK(ctx, ctx->GetAttr("format", &format));
    OP_REQUIRES_OK(ctx, ctx->GetAttr("rows", &rows_));
    OP_REQUIRES_OK(ctx, ctx->GetAttr("columns", &columns_));
    packed_ = FindRows(format);
    OP_REQUIRES(ctx, packed_ != nullptr, errors::InvalidArgument("format must be one that weights are packed in, got ", format));
    OP_REQUIRES(ctx, rows_ > 0 && columns_ > 0 && columns_ % packed_->unit == 0,
                errors::InvalidArgument("rows must be above 0 and columns whole blocks of ", packed_->unit, ", got ", rows_,
                                        " and ", columns_));
    row_bytes_ = packed_->bytes(columns_);
  }

 protected:
  // Checks that the words hold so many matrices.
  Status CheckWords(const Tensor& words, int64_t matrices) {
    const int64_t rows = matrices * rows_;
    if (rows > std::numeric_limits<int64_t>::max() / row_bytes_ || rows * row_bytes_ > words.NumElements() * 4) {
      return errors::InvalidArgument(matrices, " matrices of ", rows_, " rows take ", row_bytes_, " bytes a row, got ",
                                     words.NumElements() * 4, " bytes");
    }
    return OkStatus();
  }

  const uint8_t* Row(const Tensor& words, int64_t row) const {
    return reinterpret_cast<const uint8_t*>(words.flat<int32_t>().data()) + row * row_bytes_;
  }

  const Rows* packed_ = nullptr;
  int rows_ = 0;
  int columns_ = 0;
  int64_t row_bytes_ = 0;
};

REGISTER_OP("SwitchyardPackedMatMul")
    .Input("x: float")        // [..., K], or [..., N] without transpose_w; with offsets [R, K] or [R, N]
    .Input("w: int32")        // the bytes of [E, N, K]
    .Input("offsets: int32")  // [E + 1], or [0]: there is one matrix
    .Attr("format: string")
    .Attr("rows: int")     // N
    .Attr("columns: int")  // K
    .Attr("transpose_w: bool")
    .Output("y: float")  // [..., N], or [..., K]
    .SetShapeFn(shape_inference::UnknownShape);

class PackedMatMul : public PackedOp {
 public:
  explicit PackedMatMul(OpKernelConstruction* ctx) : PackedOp(ctx) {
    OP_REQUIRES_OK(ctx, ctx->GetAttr("transpose_w", &transpose_w_));
  }

  void ComputeSized(OpKernelContext* ctx) override {
    const Tensor& x = ctx->input(0);
    const Tensor& words = ctx->input(1);
    const Tensor& offsets = ctx->input(2);
    const int depth = transpose_w_ ? columns_ : rows_;
    const bool grouped = offsets.NumElements() > 0;
    OP_REQUIRES(ctx, (grouped ? x.dims() == 2 : x.dims() > 0) && x.dim_size(x.dims() - 1) == depth,
                errors::InvalidArgument("x must be [", grouped ? "R" : "...", ", ", depth, "], got ", x.shape().DebugString()));
    const int64_t rows = x.NumElements() / depth;
    OP_REQUIRES(ctx, rows <= std::numeric_limits<int>::max(), errors::InvalidArgument("rows must be counted in 31 bits, got ", rows));
    const int64_t groups = grouped ? offsets.NumElements() - 1 : 1;
    if (grouped) OP_REQUIRES_OK(ctx, CheckOffsets(offsets, groups, rows));
    OP_REQUIRES_OK(ctx, CheckWords(words, groups));
    TensorShape shape = x.shape();
    OP_REQUIRES_OK(ctx, shape.SetDimWithStatus(x.dims() - 1, transpose_w_ ? rows_ : columns_));
    Tensor* y = nullptr;
    OP_REQUIRES_OK(ctx, ctx->allocate_output(0, shape, &y));
    std::vector<Span> spans;
    for (int64_t e = 0; e < groups; ++e) {
      const int first = grouped ? offsets.flat<int32_t>()(e) : 0;
      const int last = grouped ? offsets.flat<int32_t>()(e + 1) : static_cast<int>(rows);
      if (last > first) spans.push_back({e, first, last - first});
    }
    if (transpose_w_) {
      ByRows(ctx, x, words, spans, y->flat<float>().data());
    } else {
      ByColumns(ctx, x, words, spans, y->flat<float>().data());
    }
  }

 private:
  // Rows of x that are multiplied with one matrix.
  struct Span {
    int64_t matrix;
    int row, rows;
  };
  // Rows, or columns, of a matrix that one thread goes through.
  struct Piece {
    Span span;
    int begin, end;
  };

  static std::vector<Piece> PiecesOf(const std::vector<Span>& spans, int size, int piece) {
    std::vector<Piece> pieces;
    for (const Span& span : spans) {
      for (int64_t begin = 0; begin < size; begin += piece) {
        pieces.push_back({span, static_cast<int>(begin), static_cast<int>(std::min<int64_t>(size, begin + piece))});
      }
    }
    return pieces;
  }

  // y = x w^T
  void ByRows(OpKernelContext* ctx, const Tensor& x, const Tensor& words, const std::vector<Span>& spans, float* ys) {
    std::vector<PackedProduct> products;
    for (const Span& span : spans) {
      const PackedMatrix w = {packed_, rows_, columns_, row_bytes_, Row(words, span.matrix * rows_)};
      products.push_back({w, span.row, span.rows, ys + int64_t{span.row} * rows_});
    }
    MultiplyPackedRows(ctx, x.flat<float>().data(), x.NumElements() / columns_, columns_, products);
  }

  // y = x w
  void ByColumns(OpKernelContext* ctx, const Tensor& x, const Tensor& words, const std::vector<Span>& spans, float* ys) {
    const float* xs = x.flat<float>().data();
    const int threads = NumThreads(ctx);
    const int share = (columns_ + 2 * threads - 1) / (2 * threads);
    const int unit = std::max(packed_->unit, 64 / packed_->unit * packed_->unit);
    const int size = std::max(1, (share + unit - 1) / unit) * unit;
    const auto pieces = PiecesOf(spans, columns_, size);
    ForEach(ctx, pieces.size(), [&](int64_t i) {
      const auto& [span, begin, end] = pieces[i];
      const int width = end - begin;
      const int tile = static_cast<int>(std::max<int64_t>(8, kScratch / width));
      float* scratch = PackedScratch(int64_t{tile} * width);
      for (int64_t first = 0; first < rows_; first += tile) {
        const int count = static_cast<int>(std::min<int64_t>(tile, rows_ - first));
        for (int n = 0; n < count; ++n) {
          packed_->decode(Row(words, span.matrix * rows_ + first + n), begin, width, scratch + int64_t{n} * width);
        }
        Multiply(false, false, span.rows, width, count, xs + int64_t{span.row} * rows_ + first, rows_, scratch, width,
                 ys + int64_t{span.row} * columns_ + begin, columns_, first == 0 ? 0.0f : 1.0f);
      }
    });
  }

  bool transpose_w_;
};

REGISTER_KERNEL_BUILDER(Name("SwitchyardPackedMatMul").Device(DEVICE_CPU), PackedMatMul);

REGISTER_OP("SwitchyardPackedGather")
    .Input("w: int32")    // the bytes of [N, K]
    .Input("ids: int32")  // [T]
    .Attr("format: string")
    .Attr("rows: int")     // N
    .Attr("columns: int")  // K
    .Output("y: float")  // [T, K]
    .SetShapeFn(shape_inference::UnknownShape);

class PackedGather : public PackedOp {
 public:
  explicit PackedGather(OpKernelConstruction* ctx) : PackedOp(ctx) {}

  void ComputeSized(OpKernelContext* ctx) override {
    const Tensor& words = ctx->input(0);
    const Tensor& ids = ctx->input(1);
    OP_REQUIRES_OK(ctx, CheckWords(words, 1));
    OP_REQUIRES_OK(ctx, CheckIndices("ids", ids, 0, rows_));
    Tensor* y = nullptr;
    OP_REQUIRES_OK(ctx, Allocate(ctx, 0, {ids.NumElements(), columns_}, &y));
    const int32_t* row_of = ids.flat<int32_t>().data();
    float* ys = y->flat<float>().data();
    ForEachRowBlock(ctx, ids.NumElements(), columns_, [&](int64_t begin, int64_t end) {
      for (int64_t t = begin; t < end; ++t) packed_->decode(Row(words, row_of[t]), 0, columns_, ys + t * columns_);
    });
  }
};

REGISTER_KERNEL_BUILDER(Name("SwitchyardPackedGather").Device(DEVICE_CPU), PackedGather);

REGISTER_OP("SwitchyardUnpack")
    .Input("w: int32")  // the bytes of [E, N, K]
    .Attr("format: string")
    .Attr("matrices: int")  // E
    .Attr("rows: int")      // N
    .Attr("columns: int")   // K
    .Attr("transpose: bool")
    .Output("y: float")  // [E, N, K], or [E, K, N]
    .SetShapeFn(shape_inference::UnknownShape);

class Unpack : public PackedOp {
 public:
  explicit Unpack(OpKernelConstruction* ctx) : PackedOp(ctx) {
    OP_REQUIRES_OK(ctx, ctx->GetAttr("matrices", &matrices_));
    OP_REQUIRES_OK(ctx, ctx->GetAttr("transpose", &transpose_));
    OP_REQUIRES(ctx, matrices_ > 0, errors::InvalidArgument("matrices must be above 0, got ", matrices_));
  }

  void ComputeSized(OpKernelContext* ctx) override {
    const Tensor& words = ctx->input(0);
    OP_REQUIRES_OK(ctx, CheckWords(words, matrices_));
    Tensor* y = nullptr;
    OP_REQUIRES_OK(ctx, Allocate(ctx, 0, {matrices_, transpose_ ? columns_ : rows_, transpose_ ? rows_ : columns_}, &y));
    float* ys = y->flat<float>().data();
    // Rows of a piece lie side by side in a line of the cache when they are turned.
    constexpr int64_t kRows = 16;
    const int64_t pieces = (rows_ + kRows - 1) / kRows;
    ForEach(ctx, matrices_ * pieces, [&](int64_t i) {
      const int64_t matrix = i / pieces, first = i % pieces * kRows;
      const int64_t count = std::min<int64_t>(kRows, rows_ - first);
      float* out = ys + matrix * rows_ * columns_;
      float* rows = transpose_ ? PackedScratch(kRows * columns_) : out + first * columns_;
      for (int64_t n = 0; n < count; ++n) {
        packed_->decode(Row(words, matrix * rows_ + first + n), 0, columns_, rows + n * columns_);
      }
      for (int64_t k = 0; transpose_ && k < columns_; ++k) {
        for (int64_t n = 0; n < count; ++n) out[k * rows_ + first + n] = rows[n * columns_ + k];
      }
    });
  }

 private:
  int matrices_ = 0;
  bool transpose_;
};

REGISTER_KERNEL_BUILDER(Name("SwitchyardUnpack").Device(DEVICE_CPU), Unpack);

}  // namespace switchyard
