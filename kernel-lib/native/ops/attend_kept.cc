// Attention of new tokens that keeps their keys and values for later ones: queries and keys are turned by their positions, keys and values
// written behind those that are kept, and each query sees the tokens up to its own.

#include "groups.h"

#include <cmath>

#include "blas.h"
#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/op.h"

namespace switchyard {

using namespace tensorflow;

// Queries whose scores are worked on together.
constexpr int kQueries = 32;

REGISTER_OP("SwitchyardAttendKept")
    .Input("query: float")   // [B, N, heads W]
    .Input("key: float")     // [B, N, groups W]
    .Input("value: float")   // [B, N, groups U]
    .Input("angles: float")  // [2, N, turned / 2]: cosines and sines; [0] where positions turn nothing
    .Input("keys: float")    // [B, groups, C, W]; the new ones are written into it
    .Input("values: float")  // [B, groups, C, U]; the same
    .Input("length: int32")  // [1]: how many places hold tokens
    .Input("scale: float")   // of the queries; one number
    .Attr("heads: int")
    .Attr("groups: int")
    .Output("mixed: float")  // [B, N, heads U]
    .SetShapeFn(shape_inference::UnknownShape);

class AttendKept : public SizedOp {
 public:
  explicit AttendKept(OpKernelConstruction* ctx) : SizedOp(ctx) {
    OP_REQUIRES_OK(ctx, ctx->GetAttr("heads", &heads_));
    OP_REQUIRES_OK(ctx, ctx->GetAttr("groups", &groups_));
    OP_REQUIRES(ctx, heads_ > 0 && groups_ > 0 && heads_ % groups_ == 0,
                errors::InvalidArgument("groups must divide heads, got ", groups_, " and ", heads_));
  }

  void ComputeSized(OpKernelContext* ctx) override {
    Sizes s;
    OP_REQUIRES_OK(ctx, SizesOf(ctx, &s));
    Tensor* mixed = nullptr;
    OP_REQUIRES_OK(ctx, Allocate(ctx, 0, {s.batch, s.length, heads_ * s.out}, &mixed));
    // The memory that these belong to gives them to nobody else.
    float* keys = const_cast<float*>(ctx->input(4).flat<float>().data());
    float* values = const_cast<float*>(ctx->input(5).flat<float>().data());
    const float* angles = ctx->input(3).flat<float>().data();
    Keep(ctx, s, angles, keys, values);
    const float* queries = ctx->input(0).flat<float>().data();
    float* out = mixed->flat<float>().data();
    const int share = heads_ / groups_;
    const int64_t blocks = (s.length + kQueries - 1) / kQueries;
    // The last blocks see most: they go first. With one new token, the queries of a group are the rows of a block.
    auto work = [&](int64_t i) {
      const int64_t block = blocks - 1 - i / (s.batch * groups_);
      const int64_t own = i % (s.batch * groups_);
      const int first = static_cast<int>(block * kQueries);
      Mix(s, {own / groups_, own % groups_, first, static_cast<int>(std::min<int64_t>(kQueries, s.length - first)), share},
          angles, queries, keys, values, out);
    };
    const int64_t count = blocks * s.batch * groups_;
    if (s.batch * s.length * (s.before + s.length) * heads_ * s.width < 100000) {
      for (int64_t i = 0; i < count; ++i) work(i);
    } else {
      ForEach(ctx, count, work);
    }
  }

 private:
  struct Sizes {
    int64_t batch, length, width, out, turned, room, before;
    float scale;
  };
  struct Block {
    int64_t batch, group;
    int first, count, share;
  };

  Status SizesOf(OpKernelContext* ctx, Sizes* s) const {
    const Tensor &q = ctx->input(0), &k = ctx->input(1), &v = ctx->input(2), &angles = ctx->input(3), &keys = ctx->input(4),
                 &values = ctx->input(5), &length = ctx->input(6), &scale = ctx->input(7);
    if (q.dims() != 3 || k.dims() != 3 || v.dims() != 3 || keys.dims() != 4 || values.dims() != 4 || length.NumElements() != 1 ||
        scale.NumElements() != 1) {
      return errors::InvalidArgument("query, key and value must be [B, N, D], keys and values [B, groups, C, W]");
    }
    s->batch = q.dim_size(0);
    s->length = q.dim_size(1);
    s->width = q.dim_size(2) / heads_;
    s->out = v.dim_size(2) / groups_;
    s->room = keys.dim_size(2);
    s->before = length.flat<int32_t>()(0);
    s->scale = scale.flat<float>()(0);
    const bool turns = angles.NumElements() > 0;
    s->turned = turns && angles.dims() == 3 ? 2 * angles.dim_size(2) : 0;
    auto is = [](const Tensor& x, std::initializer_list<int64_t> sizes) {
      int d = 0;
      for (int64_t size : sizes) {
        if (x.dim_size(d++) != size) return false;
      }
      return true;
    };
    const bool fits = is(q, {s->batch, s->length, heads_ * s->width}) && is(k, {s->batch, s->length, groups_ * s->width}) &&
                      is(v, {s->batch, s->length, groups_ * s->out}) && is(keys, {s->batch, groups_, s->room, s->width}) &&
                      is(values, {s->batch, groups_, s->room, s->out}) &&
                      (!turns || (angles.dims() == 3 && is(angles, {2, s->length, s->turned / 2}) && s->turned <= s->width));
    if (!fits || s->before < 0 || s->before + s->length > s->room) {
      return errors::InvalidArgument("sizes do not fit, or ", s->before, " kept and ", s->length, " new places do not fit in ",
                                     s->room);
    }
    return OkStatus();
  }

  // One head's values, turned: pairs lie half of `turned` apart.
  static void Turn(const Sizes& s, const float* angles, int64_t place, const float* from, float* to) {
    const int64_t half = s.turned / 2;
    const float* cosines = angles + place * half;
    const float* sines = angles + (s.length + place) * half;
    for (int64_t i = 0; i < half; ++i) {
      const float a = from[i], b = from[half + i];
      to[i] = a * cosines[i] - b * sines[i];
      to[half + i] = b * cosines[i] + a * sines[i];
    }
    std::copy(from + s.turned, from + s.width, to + s.turned);
  }

  void Keep(OpKernelContext* ctx, const Sizes& s, const float* angles, float* keys, float* values) const {
    const float* k = ctx->input(1).flat<float>().data();
    const float* v = ctx->input(2).flat<float>().data();
    for (int64_t b = 0; b < s.batch; ++b) {
      for (int64_t n = 0; n < s.length; ++n) {
        for (int64_t g = 0; g < groups_; ++g) {
          const int64_t from = (b * s.length + n) * groups_ + g;
          const int64_t to = (b * groups_ + g) * s.room + s.before + n;
          Turn(s, angles, n, k + from * s.width, keys + to * s.width);
          std::copy_n(v + from * s.out, s.out, values + to * s.out);
        }
      }
    }
  }

  // The queries of a block, of all heads that share keys: rows of one product.
  void Mix(const Sizes& s, const Block& block, const float* angles, const float* queries, const float* keys, const float* values,
           float* out) const {
    const int rows = block.count * block.share;
    const int seen = static_cast<int>(s.before + block.first + block.count);
    thread_local Floats turned, scores, mixed;
    turned.resize(rows * s.width);
    scores.resize(int64_t{rows} * seen);
    mixed.resize(rows * s.out);
    auto head = [&](int row) { return block.group * block.share + row % block.share; };
    auto place = [&](int row) { return block.first + row / block.share; };
    for (int row = 0; row < rows; ++row) {
      const int64_t from = (block.batch * s.length + place(row)) * heads_ + head(row);
      float* to = turned.data() + row * s.width;
      Turn(s, angles, place(row), queries + from * s.width, to);
      for (int64_t i = 0; i < s.width; ++i) to[i] *= s.scale;
    }
    const int64_t own = (block.batch * groups_ + block.group) * s.room;
    const int width = static_cast<int>(s.width), wide = static_cast<int>(s.out);
    Multiply(false, true, rows, seen, width, turned.data(), width, keys + own * s.width, width, scores.data(), seen);
    for (int row = 0; row < rows; ++row) Softmax(scores.data() + int64_t{row} * seen, s.before + place(row) + 1, seen);
    Multiply(false, false, rows, wide, seen, scores.data(), seen, values + own * s.out, wide, mixed.data(), wide);
    for (int row = 0; row < rows; ++row) {
      const int64_t to = (block.batch * s.length + place(row)) * heads_ + head(row);
      std::copy_n(mixed.data() + row * s.out, s.out, out + to * s.out);
    }
  }

  // Shares of the first `seen` of `all` scores; the others get none.
  static void Softmax(float* scores, int64_t seen, int64_t all) {
    Eigen::Map<Eigen::ArrayXf> own(scores, seen);
    own = (own - own.maxCoeff()).exp();
    own *= 1.0f / own.sum();
    std::fill(scores + seen, scores + all, 0.0f);
  }

  int heads_ = 0;
  int groups_ = 0;
};

REGISTER_KERNEL_BUILDER(Name("SwitchyardAttendKept").Device(DEVICE_CPU), AttendKept);

}  // namespace switchyard
