// Edges in compressed rows, as the ops on graphs take them: row r has the edges starts[r] .. starts[r + 1], each with the row of the other
// side that it leads to. Every output row is made by one thread, edge by edge: the same bytes on any number of threads.
#pragma once

#include "groups.h"

namespace switchyard {

// As many floats as a register of AVX-512 holds, where the rows of a matrix stand: at any float.
using Loose = float __attribute__((vector_size(64), aligned(4), may_alias));
constexpr int kLoose = 16;
// Edges whose rows are asked for ahead: rows of a graph's neighbours lie anywhere in memory.
constexpr int kAhead = 8;

struct EdgeRows {
  int64_t rows;
  int64_t edges;
  const int32_t* starts;
  const int32_t* neighbours;
  // Number of each edge, where weights have another order than the rows; null where it is the same.
  const int32_t* numbers;

  int64_t Number(int64_t at) const { return numbers == nullptr ? at : numbers[at]; }
};

// Checks starts [R + 1] and neighbours [M], 0 .. others - 1, and, where there are some, numbers [M], 0 .. numbered - 1.
inline tensorflow::Status ReadEdges(const Tensor& starts, const Tensor& neighbours, int64_t others, const Tensor* numbers, int64_t numbered,
                                    EdgeRows* out) {
  if (starts.dims() != 1 || starts.NumElements() < 1 || neighbours.dims() != 1) {
    return tensorflow::errors::InvalidArgument("starts and neighbours must be [R + 1] and [M], got ", starts.shape().DebugString(), ", ",
                                               neighbours.shape().DebugString());
  }
  *out = {starts.NumElements() - 1, neighbours.NumElements(), starts.flat<int32_t>().data(), neighbours.flat<int32_t>().data(), nullptr};
  TF_RETURN_IF_ERROR(CheckOffsets(starts, out->rows, out->edges));
  TF_RETURN_IF_ERROR(CheckIndices("neighbours", neighbours, 0, others));
  if (numbers != nullptr && numbers->NumElements() > 0) {
    if (numbers->dims() != 1 || numbers->NumElements() != out->edges) {
      return tensorflow::errors::InvalidArgument("numbers must be [", out->edges, "], got ", numbers->shape().DebugString());
    }
    TF_RETURN_IF_ERROR(CheckIndices("numbers", *numbers, 0, numbered));
    out->numbers = numbers->flat<int32_t>().data();
  }
  return tensorflow::OkStatus();
}

// Runs work(first, last) over blocks of rows, by idle threads: rows have as many edges as they have, so blocks are small. Where the blocks lie
// depends on sizes alone.
inline void ForEachEdgeBlock(OpKernelContext* ctx, const EdgeRows& g, int64_t width, const std::function<void(int64_t, int64_t)>& work) {
  const int64_t all = (g.edges + g.rows) * std::max<int64_t>(1, width);
  const int64_t count = std::max<int64_t>(1, std::min(g.rows, all / 32768));
  const int64_t block = (g.rows + count - 1) / count;
  if (block == 0) return;
  ForEach(ctx, (g.rows + block - 1) / block, [&](int64_t i) { work(i * block, std::min(g.rows, (i + 1) * block)); });
}

}  // namespace switchyard
