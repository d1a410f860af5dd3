// Activations and their derivatives over a run of values, vectorised by Eigen.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>

#include "tensorflow/core/framework/op_kernel.h"
#include "unsupported/Eigen/SpecialFunctions"

namespace switchyard {

enum class Activation { kRelu, kGelu, kSilu };

// Reads the attribute `activation`.
inline tensorflow::Status ReadActivation(tensorflow::OpKernelConstruction* ctx, Activation* out) {
  std::string name;
  TF_RETURN_IF_ERROR(ctx->GetAttr("activation", &name));
  if (name == "relu") *out = Activation::kRelu;
  else if (name == "gelu") *out = Activation::kGelu;
  else if (name == "silu") *out = Activation::kSilu;
  else return tensorflow::errors::InvalidArgument("activation must be relu, gelu or silu, got ", name);
  return tensorflow::OkStatus();
}

using Run = Eigen::Map<Eigen::ArrayXf>;
using ConstRun = Eigen::Map<const Eigen::ArrayXf>;

constexpr float kInverseSqrt2 = 0.70710678118654752f;
constexpr float kInverseSqrt2Pi = 0.39894228040143268f;

// values = act(values)
inline void Activate(Activation activation, float* values, int64_t count) {
  Run x(values, count);
  switch (activation) {
    case Activation::kRelu: x = x.max(0.0f); return;
    case Activation::kGelu: x = 0.5f * x * (1.0f + (x * kInverseSqrt2).erf()); return;
    case Activation::kSilu: x = x * x.logistic(); return;
  }
}

// gate = act(gate) * values
inline void Gate(Activation activation, float* gate, const float* values, int64_t count) {
  Activate(activation, gate, count);
  for (int64_t i = 0; i < count; ++i) gate[i] *= values[i];
}

// gradient *= act'(pre)
inline void MultiplyDerivative(Activation activation, const float* pre, float* gradient, int64_t count) {
  ConstRun x(pre, count);
  Run g(gradient, count);
  switch (activation) {
    case Activation::kRelu: g = (x > 0.0f).select(g, 0.0f); return;
    case Activation::kGelu:
      g = g * (0.5f * (1.0f + (x * kInverseSqrt2).erf()) + x * (-0.5f * x * x).exp() * kInverseSqrt2Pi);
      return;
    case Activation::kSilu: {
      // s(x) (1 + x (1 - s(x)))
      g = g * x.logistic() * (1.0f + x * (1.0f - x.logistic()));
      return;
    }
  }
}

// The same for values `first` .. `first + count` of `total`, to the last bit as if all were done at once: Eigen does what fills no
// packet value by value, and begins its packets where memory is aligned.
inline void MultiplyDerivative(Activation activation, const float* pre, float* gradient, int64_t first, int64_t count, int64_t total) {
  constexpr int64_t kPacket = Eigen::internal::packet_traits<float>::size;
  constexpr int64_t kBuffer = 256;
  static_assert(kBuffer % kPacket == 0, "a buffer has whole packets");
  alignas(64) float x[kBuffer], g[kBuffer];
  const int64_t end = first + count, packets = std::min(end, total / kPacket * kPacket);
  int64_t at = first;
  while (at < packets) {
    const int64_t some = std::min(kBuffer, packets - at), padded = (some + kPacket - 1) / kPacket * kPacket;
    std::copy(pre + at, pre + at + some, x);
    std::copy(gradient + at, gradient + at + some, g);
    std::fill(x + some, x + padded, 0.0f);
    std::fill(g + some, g + padded, 0.0f);
    MultiplyDerivative(activation, x, g, padded);
    std::copy(g, g + some, gradient + at);
    at += some;
  }
  for (; at < end; ++at) MultiplyDerivative(activation, pre + at, gradient + at, 1);
}

}  // namespace switchyard
