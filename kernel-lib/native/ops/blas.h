// The one matrix product the ops are built from: OpenBLAS on the calling thread. The ops spread their tiles over
// TensorFlow's thread pool themselves, because small products want a thread each.
#pragma once

#include <cblas.h>

namespace switchyard {

// C [m, n] = op(A) op(B) + beta C, row-major; lda, ldb, ldc are row strides.
inline void Multiply(bool transpose_a, bool transpose_b, int m, int n, int k, const float* a, int lda, const float* b,
                     int ldb, float* c, int ldc, float beta = 0.0f) {
  if (m == 0 || n == 0) return;
  scipy_cblas_sgemm(CblasRowMajor, transpose_a ? CblasTrans : CblasNoTrans, transpose_b ? CblasTrans : CblasNoTrans, m,
                    n, k, 1.0f, a, lda, b, ldb, beta, c, ldc);
}

}  // namespace switchyard
