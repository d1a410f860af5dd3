// One AdamW step over all parameters, and the norm of all gradients, each in one op instead of a dozen per parameter.

#include "groups.h"

#include "activation.h"
#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/op.h"

namespace switchyard {

using namespace tensorflow;

REGISTER_OP("SwitchyardAdamW")
    .Input("parameters: N * float")
    .Input("gradients: N * float")
    .Input("first: N * float")
    .Input("second: N * float")
    // learning rate, beta1, beta2, epsilon, gradient scale, 1 - beta1^t, 1 - beta2^t
    .Input("settings: float")
    .Input("decay: float")  // [N] weight decay of each parameter
    .Attr("N: int >= 1")
    .Output("new_parameters: N * float")
    .Output("new_first: N * float")
    .Output("new_second: N * float")
    .SetShapeFn(shape_inference::UnknownShape);

class AdamW : public OpKernel {
 public:
  explicit AdamW(OpKernelConstruction* ctx) : OpKernel(ctx) {}

  void Compute(OpKernelContext* ctx) override {
    OpInputList parameters, gradients, first, second;
    OP_REQUIRES_OK(ctx, ctx->input_list("parameters", &parameters));
    OP_REQUIRES_OK(ctx, ctx->input_list("gradients", &gradients));
    OP_REQUIRES_OK(ctx, ctx->input_list("first", &first));
    OP_REQUIRES_OK(ctx, ctx->input_list("second", &second));
    const int n = parameters.size();
    const Tensor& settings = ctx->input(4 * n);
    const Tensor& decay = ctx->input(4 * n + 1);
    OP_REQUIRES(ctx, settings.NumElements() == 7 && decay.NumElements() == n,
                errors::InvalidArgument("settings and decay must have 7 and ", n, " values, got ",
                                        settings.NumElements(), " and ", decay.NumElements()));
    std::vector<Update> updates(n);
    for (int i = 0; i < n; ++i) {
      const TensorShape& shape = parameters[i].shape();
      OP_REQUIRES(ctx, gradients[i].shape() == shape && first[i].shape() == shape && second[i].shape() == shape,
                  errors::InvalidArgument("gradient and moments of parameter ", i, " must have its shape ",
                                          shape.DebugString()));
      Tensor* out[3];
      for (int j = 0; j < 3; ++j) OP_REQUIRES_OK(ctx, ctx->allocate_output(j * n + i, shape, &out[j]));
      updates[i] = {parameters[i].flat<float>().data(), gradients[i].flat<float>().data(), first[i].flat<float>().data(),
                    second[i].flat<float>().data(),     out[0]->flat<float>().data(),      out[1]->flat<float>().data(),
                    out[2]->flat<float>().data(),       decay.flat<float>()(i)};
    }
    const float* set = settings.flat<float>().data();
    struct Block { int parameter; int64_t begin, end; };
    std::vector<Block> blocks;
    for (int i = 0; i < n; ++i) {
      for (int64_t at = 0; at < parameters[i].NumElements(); at += kBlock) {
        blocks.push_back({i, at, std::min<int64_t>(parameters[i].NumElements(), at + kBlock)});
      }
    }
    ForEach(ctx, blocks.size(), [&](int64_t b) { Step(updates[blocks[b].parameter], set, blocks[b].begin, blocks[b].end); });
  }

 private:
  static constexpr int64_t kBlock = 32768;

  struct Update {
    const float *parameter, *gradient, *first, *second;
    float *new_parameter, *new_first, *new_second;
    float decay;
  };

  static void Step(const Update& u, const float* set, int64_t begin, int64_t end) {
    const int64_t count = end - begin;
    const float rate = set[0], beta1 = set[1], beta2 = set[2], epsilon = set[3], scale = set[4];
    ConstRun p(u.parameter + begin, count), g(u.gradient + begin, count);
    Run m(u.new_first + begin, count), v(u.new_second + begin, count);
    m = beta1 * ConstRun(u.first + begin, count) + (1 - beta1) * scale * g;
    v = beta2 * ConstRun(u.second + begin, count) + (1 - beta2) * (scale * g).square();
    Run(u.new_parameter + begin, count) =
        p * (1 - rate * u.decay) - (rate / set[5]) * m / ((v / set[6]).sqrt() + epsilon);
  }
};

REGISTER_KERNEL_BUILDER(Name("SwitchyardAdamW").Device(DEVICE_CPU), AdamW);

REGISTER_OP("SwitchyardSquaredNorm")
    .Input("values: N * float")
    .Attr("N: int >= 1")
    .Output("norm: float")  // scalar: the sum of all squares, in double until the end
    .SetShapeFn(shape_inference::ScalarShape);

class SquaredNorm : public OpKernel {
 public:
  explicit SquaredNorm(OpKernelConstruction* ctx) : OpKernel(ctx) {}

  void Compute(OpKernelContext* ctx) override {
    OpInputList values;
    OP_REQUIRES_OK(ctx, ctx->input_list("values", &values));
    Tensor* norm = nullptr;
    OP_REQUIRES_OK(ctx, ctx->allocate_output(0, TensorShape({}), &norm));
    // Each tensor's sum on its own, added in order: the result does not depend on the threads.
    std::vector<double> sums(values.size());
    ForEach(ctx, values.size(), [&](int64_t i) {
      const float* at = values[i].flat<float>().data();
      const int64_t count = values[i].NumElements();
      for (int64_t begin = 0; begin < count; begin += 4096) {
        sums[i] += ConstRun(at + begin, std::min<int64_t>(4096, count - begin)).square().sum();
      }
    });
    double total = 0;
    for (double sum : sums) total += sum;
    norm->scalar<float>()() = static_cast<float>(total);
  }
};

REGISTER_KERNEL_BUILDER(Name("SwitchyardSquaredNorm").Device(DEVICE_CPU), SquaredNorm);

}  // namespace switchyard
