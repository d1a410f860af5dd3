// Rows sorted by expert: group e is rows offsets[e] .. offsets[e + 1].
#pragma once

#define EIGEN_USE_THREADS
#include <algorithm>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

#include "crew.h"
#include "tensorflow/core/framework/op_kernel.h"

namespace switchyard {

using tensorflow::OpKernelConstruction;
using tensorflow::OpKernelContext;
using tensorflow::Tensor;

// An op that counts rows and columns in ints, as OpenBLAS does. A tensor without elements may have any other sizes: those that
// are no int are refused, so that none is ever cut short.
class SizedOp : public tensorflow::OpKernel {
 public:
  using OpKernel::OpKernel;

  void Compute(OpKernelContext* ctx) final {
    for (int i = 0; i < ctx->num_inputs(); ++i) {
      const auto& shape = ctx->input(i).shape();
      for (int d = 0; d < shape.dims(); ++d) {
        OP_REQUIRES(ctx, shape.dim_size(d) <= kMaxSize,
                    tensorflow::errors::InvalidArgument("sizes must be at most ", kMaxSize, ", got ", shape.DebugString()));
      }
    }
    ComputeSized(ctx);
  }

 protected:
  virtual void ComputeSized(OpKernelContext* ctx) = 0;

 private:
  static constexpr int64_t kMaxSize = std::numeric_limits<int>::max();
};

// Allocates an output. Sizes whose product is too large are an error; to make a shape of them would end the process.
inline tensorflow::Status Allocate(OpKernelContext* ctx, int index, std::initializer_list<int64_t> sizes, Tensor** out) {
  tensorflow::TensorShape shape;
  TF_RETURN_IF_ERROR(tensorflow::TensorShape::BuildTensorShape(sizes, &shape));
  return ctx->allocate_output(index, shape, out);
}

// Working memory that starts where tensors do: Eigen's sums depend on it to the last bit.
using Floats = std::vector<float, Eigen::aligned_allocator<float>>;

// A piece of one group's product that one thread does alone.
struct Tile {
  int group;
  int row, rows;        // rows of the output
  int column, columns;  // columns of the output
};

// Checks that offsets is int32 [E + 1], starts at 0, never falls and ends at `rows`.
inline tensorflow::Status CheckOffsets(const Tensor& offsets, int64_t groups, int64_t rows) {
  if (offsets.dims() != 1 || offsets.dim_size(0) != groups + 1) {
    return tensorflow::errors::InvalidArgument("offsets must have shape [", groups + 1, "], got ",
                                               offsets.shape().DebugString());
  }
  const auto at = offsets.vec<int32_t>();
  bool rising = at(0) == 0 && at(groups) == rows;
  for (int64_t e = 0; e < groups && rising; ++e) rising = at(e) <= at(e + 1);
  if (!rising) {
    return tensorflow::errors::InvalidArgument("offsets must rise from 0 to the number of rows, ", rows);
  }
  return tensorflow::OkStatus();
}

// Checks that indices is int32 [n] with values in low .. high - 1.
inline tensorflow::Status CheckIndices(const char* name, const Tensor& indices, int64_t low, int64_t high) {
  const int32_t* at = indices.flat<int32_t>().data();
  const int64_t count = indices.NumElements();
  // All of them, whatever comes: the compiler then looks at several at once.
  bool wrong = false;
  for (int64_t i = 0; i < count; ++i) wrong |= at[i] < low || at[i] >= high;
  for (int64_t i = 0; wrong && i < count; ++i) {
    if (at[i] < low || at[i] >= high) {
      return tensorflow::errors::InvalidArgument(name, " must be ", low, "..", high - 1, ", got ", at[i]);
    }
  }
  return tensorflow::OkStatus();
}

inline int NumThreads(OpKernelContext* ctx) {
  return ctx->device()->tensorflow_cpu_worker_threads()->num_threads;
}

// Runs work(0) .. work(count - 1), each once, on as many threads as TensorFlow has; idle threads take the next one.
inline void ForEach(OpKernelContext* ctx, int64_t count, const std::function<void(int64_t)>& work) {
  const int64_t threads = std::min<int64_t>(count, NumThreads(ctx));
  if (threads > 1) {
    Crew::Shared().Run(count, threads, work);
    return;
  }
  for (int64_t i = 0; i < count; ++i) work(i);
}

// Cuts `rows` of `width` values into blocks for the pool: about 16k values each, so that small work stays on one thread.
inline void ForEachRowBlock(OpKernelContext* ctx, int64_t rows, int64_t width,
                            const std::function<void(int64_t, int64_t)>& work) {
  const int64_t block = std::max<int64_t>(1, 16384 / std::max<int64_t>(1, width));
  ForEach(ctx, (rows + block - 1) / block,
          [&](int64_t i) { work(i * block, std::min(rows, (i + 1) * block)); });
}

// Tiles of about `aim` rows, the rows of a span shared out evenly: a product packs its matrix anew for every tile, so that a
// short last tile costs nearly as much as a long one. Columns are cut as well where there would be too few tiles.
inline std::vector<Tile> TilesOf(const std::vector<std::pair<int, int>>& spans, int columns, int threads, int aim = 1024) {
  auto cut = [&](int column_block) {
    std::vector<Tile> tiles;
    for (size_t e = 0; e < spans.size(); ++e) {
      const auto [first, last] = spans[e];
      // Their sums may be more than an int holds.
      const int64_t rows = last - first;
      const int64_t parts = std::max<int64_t>(1, (rows + aim / 2) / aim);
      const int64_t row_block = (rows + parts - 1) / parts;
      for (int64_t row = first; row < last; row += row_block) {
        for (int64_t column = 0; column < columns; column += column_block) {
          tiles.push_back({static_cast<int>(e), static_cast<int>(row), static_cast<int>(std::min(row_block, last - row)),
                           static_cast<int>(column), static_cast<int>(std::min<int64_t>(column_block, columns - column))});
        }
      }
    }
    return tiles;
  };
  int column_block = columns;
  auto tiles = cut(std::max(1, column_block));
  while (threads > 1 && static_cast<int>(tiles.size()) < 4 * threads && column_block > 128) {
    column_block = (column_block + 1) / 2;
    tiles = cut(column_block);
  }
  return tiles;
}

// Puts the tiles that take longest first, so that no thread is left with one at the end. `depth` gives the length of the
// sums in a group's product.
inline void LongestFirst(std::vector<Tile>& tiles, const std::function<int64_t(int)>& depth) {
  auto cost = [&](const Tile& tile) { return int64_t{tile.rows} * tile.columns * depth(tile.group); };
  std::stable_sort(tiles.begin(), tiles.end(), [&](const Tile& a, const Tile& b) { return cost(a) > cost(b); });
}

}  // namespace switchyard
