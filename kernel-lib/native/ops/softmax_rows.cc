// A unit of its own: Eigen's exp and its order of sums hang on the instructions, and these are compiled for those that TensorFlow's wheel
// is. Under a name of their own its templates stay apart from those of the ops.
#define Eigen EigenOfTensorFlow

#include "softmax_rows.h"

#include "unsupported/Eigen/CXX11/Tensor"

namespace switchyard {

template <typename Value>
using Matrix = Eigen::TensorMap<Eigen::Tensor<Value, 2, Eigen::RowMajor, Eigen::DenseIndex>>;

void SoftmaxRows(const float* x, int64_t rows, int64_t columns, float* y) {
  const Eigen::DefaultDevice device;
  const Eigen::IndexList<Eigen::type2index<1>> across;
  Eigen::IndexList<Eigen::DenseIndex, Eigen::type2index<1>> one_column;
  one_column.set(0, rows);
  Eigen::IndexList<Eigen::type2index<1>, Eigen::DenseIndex> all_columns;
  all_columns.set(1, columns);
  const Matrix<const float> logits(x, rows, columns);
  Matrix<float> softmax(y, rows, columns);
  softmax.device(device) =
      (logits - logits.maximum(across).eval().reshape(one_column).broadcast(all_columns)).exp();
  softmax.device(device) =
      softmax * softmax.sum(across).inverse().eval().reshape(one_column).broadcast(all_columns);
}

}  // namespace switchyard
