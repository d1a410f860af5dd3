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

// y [n] = x [k] op(B): a product of one row, which a matrix product would first pack the whole of B for.
inline void MultiplyRow(bool transpose_b, int n, int k, const float* x, const float* b, int ldb, float* y) {
  if (n == 0) return;
  if (transpose_b) {
    scipy_cblas_sgemv(CblasRowMajor, CblasNoTrans, n, k, 1.0f, b, ldb, x, 1, 0.0f, y, 1);
  } else {
    scipy_cblas_sgemv(CblasRowMajor, CblasTrans, k, n, 1.0f, b, ldb, x, 1, 0.0f, y, 1);
  }
}

}  // namespace switchyard
