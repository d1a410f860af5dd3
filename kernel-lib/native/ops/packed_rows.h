// Products of rows of x with packed matrices [N, K], y = x w^T: few rows by a dot product with each row of the weight, which is read once, many
// by pieces of the weight that are decoded into scratch memory.
#pragma once

#include "groups.h"

#include "blas.h"
#include "packed_format.h"

namespace switchyard {

// Up to so many rows of x, decoding a row of the weight again for each is ahead.
constexpr int kFewRows = 3;
// Floats of scratch memory: a quarter of a megabyte, which a core's cache holds beside the rows of x.
constexpr int64_t kScratch = 65536;
// Values of a weight that one thread goes through before another is worth its start. Memory is read ahead within a piece only: few large ones are ahead.
constexpr int64_t kTask = 100000;

inline float* PackedScratch(int64_t count) {
  thread_local Floats scratch;
  if (static_cast<int64_t>(scratch.size()) < count) scratch.resize(count);
  return scratch.data();
}

struct PackedMatrix {
  const Rows* packed;
  int rows, columns;
  int64_t row_bytes;
  const uint8_t* at;

  const uint8_t* Row(int64_t row) const { return at + row * row_bytes; }
};

// Rows `row` .. `row + rows` of x times a matrix.
struct PackedProduct {
  PackedMatrix w;
  int64_t row;
  int rows;
  float* y;  // [rows, N]
};

// Sums of each row of x, chunk by chunk, which formats of whole chunks ask for.
inline Floats ChunkSums(const float* x, int64_t rows, int columns) {
  Floats sums(rows * (columns / kChunk));
  for (size_t i = 0; i < sums.size(); ++i) {
    float sum = 0;
    for (int j = 0; j < kChunk; ++j) sum += x[i * kChunk + j];
    sums[i] = sum;
  }
  return sums;
}

// All products with x [rows, columns].
inline void MultiplyPackedRows(OpKernelContext* ctx, const float* x, int64_t rows, int columns, const std::vector<PackedProduct>& products) {
  struct Piece {
    const PackedProduct* of;
    int begin, end;
  };
  int most = 0;
  int64_t values = 0;
  bool chunks = false;
  for (const PackedProduct& each : products) {
    most = std::max(most, each.rows);
    values += int64_t{each.w.rows} * columns;
    chunks |= each.w.packed->unit >= kChunk;
  }
  const bool few = most <= kFewRows;
  const Floats sums = few && chunks ? ChunkSums(x, rows, columns) : Floats();
  const int64_t aim = few ? std::max(kTask, values / (2 * NumThreads(ctx)) + columns) : kScratch;
  const int size = static_cast<int>(std::max<int64_t>(8, aim / columns));
  std::vector<Piece> pieces;
  for (const PackedProduct& each : products) {
    for (int64_t begin = 0; begin < each.w.rows; begin += size) {
      pieces.push_back({&each, static_cast<int>(begin), static_cast<int>(std::min<int64_t>(each.w.rows, begin + size))});
    }
  }
  ForEach(ctx, pieces.size(), [&](int64_t i) {
    const auto& [product, begin, end] = pieces[i];
    const PackedMatrix& w = product->w;
    const float* from = x + product->row * columns;
    float* to = product->y + begin;
    if (!few) {
      float* decoded = PackedScratch(int64_t{end - begin} * columns);
      for (int n = begin; n < end; ++n) w.packed->decode(w.Row(n), 0, columns, decoded + int64_t{n - begin} * columns);
      Multiply(false, true, product->rows, end - begin, columns, from, columns, decoded, columns, to, w.rows);
      return;
    }
    for (int n = begin; n < end; ++n, ++to) {
      for (int r = 0; r < product->rows; ++r) {
        const float* own = w.packed->unit < kChunk ? nullptr : sums.data() + (product->row + r) * (columns / kChunk);
        to[int64_t{r} * w.rows] = w.packed->dot(w.Row(n), columns, from + int64_t{r} * columns, own);
      }
    }
  });
}

}  // namespace switchyard
