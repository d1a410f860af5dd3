// The columns of the largest values of each row, largest first; of equal ones the first.
#pragma once

#include <cmath>
#include <limits>
#include <numeric>

#include "panels.h"

namespace switchyard {

// Up to so many choices are kept in order as a row is read; beyond, a partial sort is ahead.
constexpr int kFewChoices = 16;

// NaN goes first, as infinity: a broken score must be seen, not passed over.
inline float Rank(float score) { return std::isnan(score) ? std::numeric_limits<float>::infinity() : score; }

// Columns looked at together: most blocks hold nothing that is better than what is kept.
constexpr int kBlock = 16;

inline void BestFew(const float* scores, int columns, int k, int32_t* best) {
  float ranks[kFewChoices];
  int kept = 0;
  auto take = [&](int column) {
    const float rank = Rank(scores[column]);
    if (kept == k && !(rank > ranks[k - 1])) return;
    int at = kept < k ? kept++ : k - 1;
    // Of equal scores the first column goes first.
    for (; at > 0 && rank > ranks[at - 1]; --at) {
      ranks[at] = ranks[at - 1];
      best[at] = best[at - 1];
    }
    ranks[at] = rank;
    best[at] = column;
  };
  int column = 0;
  while (column < k) take(column++);
  for (; column + kBlock <= columns; column += kBlock) {
    const float least = ranks[k - 1];
    int better = 0;  // NaN counts
    for (int i = 0; i < kBlock; ++i) better += !(scores[column + i] <= least);
    for (int i = 0; better > 0 && i < kBlock; ++i) take(column + i);
  }
  while (column < columns) take(column++);
}

inline void BestMany(const float* scores, int columns, int k, std::vector<int32_t>& order, int32_t* best) {
  std::iota(order.begin(), order.end(), 0);
  std::partial_sort(order.begin(), order.begin() + k, order.end(), [&](int32_t a, int32_t b) {
    const float x = Rank(scores[a]), y = Rank(scores[b]);
    return x > y || (x == y && a < b);
  });
  std::copy(order.begin(), order.begin() + k, best);
}

// Up to so many choices of sixteen rows are kept in registers.
constexpr int kChoicesOfLanes = 8;

// Sixteen rows of sixteen columns at a time, the rows in the lanes: nothing is left to guess for the processor.
template <int K>
inline void BestOfLanes(const float* scores, int columns, int32_t* best) {
  using Places = int32_t __attribute__((vector_size(64)));
  Lanes ranks[K];
  Places places[K] = {};
  // No number: nothing is kept yet, and whatever comes is better.
  for (Lanes& rank : ranks) rank = Lanes{} + std::numeric_limits<float>::quiet_NaN();
  float turned[kLanes * kLanes];
  for (int first = 0; first < columns; first += kLanes) {
    const int here = std::min(kLanes, columns - first);
    if (here == kLanes) {
      Transpose(scores + first, columns, turned, kLanes);
    } else {
      for (int c = 0; c < here; ++c) {
        for (int r = 0; r < kLanes; ++r) turned[c * kLanes + r] = scores[int64_t{r} * columns + first + c];
      }
    }
    for (int c = 0; c < here; ++c) {
      const Lanes score = Load(turned + c * kLanes);
      const Lanes rank = score == score ? score : Lanes{} + std::numeric_limits<float>::infinity();
      const Places place = Places{} + (first + c);
#pragma GCC unroll 8
      for (int j = K - 1; j >= 0; --j) {
        const auto stays = rank <= ranks[j];
        const auto moves = j > 0 ? ~(rank <= ranks[j > 0 ? j - 1 : 0]) : Places{};
        ranks[j] = stays ? ranks[j] : moves ? ranks[j > 0 ? j - 1 : 0] : rank;
        places[j] = stays ? places[j] : moves ? places[j > 0 ? j - 1 : 0] : place;
      }
    }
  }
  for (int r = 0; r < kLanes; ++r) {
    for (int j = 0; j < K; ++j) best[r * K + j] = places[j][r];
  }
}

// best [rows, k], of the rows that fill registers; how many those are.
template <int K = kChoicesOfLanes>
inline int64_t BestOfPanels(const float* scores, int64_t rows, int columns, int k, int32_t* best) {
  if constexpr (K == 0) {
    return 0;
  } else {
    if (k != K) return BestOfPanels<K - 1>(scores, rows, columns, k, best);
    int64_t row = 0;
    for (; row + kLanes <= rows; row += kLanes) BestOfLanes<K>(scores + row * columns, columns, best + row * K);
    return row;
  }
}

// best [rows, k], of scores [rows, columns].
inline void BestOfRows(const float* scores, int64_t rows, int columns, int k, int32_t* best) {
  std::vector<int32_t> order(k > kFewChoices ? columns : 0);
  for (int64_t row = BestOfPanels(scores, rows, columns, k, best); row < rows; ++row) {
    const float* of_row = scores + row * columns;
    int32_t* chosen = best + row * k;
    k > kFewChoices ? BestMany(of_row, columns, k, order, chosen) : BestFew(of_row, columns, k, chosen);
  }
}

}  // namespace switchyard
