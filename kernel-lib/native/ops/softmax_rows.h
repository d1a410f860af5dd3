#pragma once

#include <cstdint>

namespace switchyard {

// Softmax of each row of x [rows, columns], to the last bit as TensorFlow's.
void SoftmaxRows(const float* x, int64_t rows, int64_t columns, float* y);

}  // namespace switchyard
