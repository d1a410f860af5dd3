// Attention of blocks of queries, whose scores are never all in memory, and its gradient, which makes them anew.

#include "groups.h"

#include <cmath>
#include <limits>

#include "activation.h"
#include "blas.h"
#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/op.h"

namespace switchyard {

using namespace tensorflow;

REGISTER_OP("SwitchyardAttention")
    .Input("query: float")  // [B, N, heads W]; packed: [B, N, heads W + groups W + groups W], and the next two are not read
    .Input("key: float")    // [B, M, groups W]
    .Input("value: float")  // [B, M, groups U]
    .Input("scale: float")  // of the queries; one number
    .Attr("heads: int")
    .Attr("groups: int")
    .Attr("causal: bool")
    .Attr("packed: bool")
    .Output("mixed: float")  // [B, N, heads U]
    .Output("level: float")  // logarithm of the sum of a query's exponentials; [B, heads, N]
    .SetShapeFn(shape_inference::UnknownShape);

REGISTER_OP("SwitchyardAttentionGrad")
    .Input("dy: float")  // [B, N, heads U]
    .Input("query: float")
    .Input("key: float")
    .Input("value: float")
    .Input("mixed: float")
    .Input("level: float")
    .Input("scale: float")
    .Attr("heads: int")
    .Attr("groups: int")
    .Attr("causal: bool")
    .Attr("packed: bool")
    .Output("dquery: float")  // packed: of all three
    .Output("dkey: float")    // packed: [0]
    .Output("dvalue: float")  // packed: [0]
    .SetShapeFn(shape_inference::UnknownShape);

// Where queries, keys and values of a pass lie.
struct AttentionPlan {
  // One of the three in a tensor: of the position n of sequence b, head h, values start at data + (b length + n) row + h width.
  struct Part {
    const float* data;
    int64_t length;
    int row, width;
    const float* at(int64_t batch, int64_t place, int64_t head) const {
      return data + (batch * length + place) * row + head * width;
    }
  };
  Part query, key, value;
  int64_t batch;
  int heads, groups, queries, keys;
  bool causal;
  float scale;

  int share() const { return heads / groups; }
  // Keys that the first `count` queries see at most.
  int seen(int count) const { return causal ? keys - queries + count : keys; }
};

class AttentionBase : public SizedOp {
 public:
  explicit AttentionBase(OpKernelConstruction* ctx) : SizedOp(ctx) {
    OP_REQUIRES_OK(ctx, ctx->GetAttr("heads", &heads_));
    OP_REQUIRES_OK(ctx, ctx->GetAttr("groups", &groups_));
    OP_REQUIRES_OK(ctx, ctx->GetAttr("causal", &causal_));
    OP_REQUIRES_OK(ctx, ctx->GetAttr("packed", &packed_));
    OP_REQUIRES(ctx, heads_ > 0 && groups_ > 0 && heads_ % groups_ == 0,
                errors::InvalidArgument("groups must divide heads, got ", groups_, " and ", heads_));
  }

 protected:
  // Queries whose scores are worked on together.
  static constexpr int kBlock = 64;

  Status PlanOf(OpKernelContext* ctx, int first, const Tensor& scale, AttentionPlan* plan) const {
    const Tensor &q = ctx->input(first), &k = ctx->input(first + 1), &v = ctx->input(first + 2);
    if (q.dims() != 3 || k.dims() != 3 || v.dims() != 3 || scale.NumElements() != 1) {
      return errors::InvalidArgument("query, key and value must be [B, N, D], got ", q.shape().DebugString(), ", ",
                                     k.shape().DebugString(), " and ", v.shape().DebugString());
    }
    const int64_t parts = packed_ ? heads_ + 2 * groups_ : heads_;
    const int width = static_cast<int>(q.dim_size(2) / parts);
    const int out = packed_ ? width : static_cast<int>(v.dim_size(2) / groups_);
    const bool fits = width > 0 && out > 0 && width * parts == q.dim_size(2) &&
                      (packed_ || (k.dim_size(2) == int64_t{groups_} * width && v.dim_size(2) == int64_t{groups_} * out &&
                                   k.dim_size(0) == q.dim_size(0) && v.dim_size(0) == q.dim_size(0) &&
                                   k.dim_size(1) == v.dim_size(1) && (!causal_ || k.dim_size(1) >= q.dim_size(1))));
    if (!fits) {
      return errors::InvalidArgument("sizes of query, key and value do not fit, got ", q.shape().DebugString(), ", ",
                                     k.shape().DebugString(), " and ", v.shape().DebugString());
    }
    plan->batch = q.dim_size(0);
    plan->heads = heads_;
    plan->groups = groups_;
    plan->queries = static_cast<int>(q.dim_size(1));
    plan->keys = packed_ ? plan->queries : static_cast<int>(k.dim_size(1));
    plan->causal = causal_;
    plan->scale = scale.flat<float>()(0);
    const float* qs = q.flat<float>().data();
    const int row = static_cast<int>(q.dim_size(2));
    plan->query = {qs, plan->queries, row, width};
    if (packed_) {
      plan->key = {qs + heads_ * width, plan->keys, row, width};
      plan->value = {qs + (heads_ + groups_) * width, plan->keys, row, width};
    } else {
      plan->key = {k.flat<float>().data(), plan->keys, groups_ * width, width};
      plan->value = {v.flat<float>().data(), plan->keys, groups_ * out, out};
    }
    return OkStatus();
  }

  // Scores of `count` queries from `first` on, unscaled; [count, seen].
  static void Scores(const AttentionPlan& p, int64_t b, int head, int first, int count, int seen, float* scores) {
    Multiply(false, true, count, seen, p.query.width, p.query.at(b, first, head), p.query.row,
             p.key.at(b, 0, head / p.share()), p.key.row, scores, seen);
  }

  int heads_ = 0, groups_ = 0;
  bool causal_ = false, packed_ = false;
};

class Attention : public AttentionBase {
 public:
  using AttentionBase::AttentionBase;

  void ComputeSized(OpKernelContext* ctx) override {
    AttentionPlan p;
    OP_REQUIRES_OK(ctx, PlanOf(ctx, 0, ctx->input(3), &p));
    const int out = p.value.width, row = p.heads * out;
    Tensor *mixed = nullptr, *level = nullptr;
    OP_REQUIRES_OK(ctx, Allocate(ctx, 0, {p.batch, p.queries, row}, &mixed));
    OP_REQUIRES_OK(ctx, Allocate(ctx, 1, {p.batch, p.heads, p.queries}, &level));
    if (mixed->NumElements() == 0) return;
    float* ys = mixed->flat<float>().data();
    float* levels = level->flat<float>().data();
    const int blocks = (p.queries + kBlock - 1) / kBlock;
    const int64_t sequences = p.batch * p.heads;
    // The last blocks see most: they go first.
    ForEach(ctx, blocks * sequences, [&](int64_t i) {
      const int64_t b = i % sequences / p.heads;
      const int head = static_cast<int>(i % p.heads);
      const int first = static_cast<int>(blocks - 1 - i / sequences) * kBlock;
      const int count = std::min(kBlock, p.queries - first);
      const int seen = p.seen(first + count);
      thread_local Floats scores;
      scores.resize(int64_t{count} * std::max(seen, 1));
      Scores(p, b, head, first, count, seen, scores.data());
      float* own = levels + (b * p.heads + head) * p.queries + first;
      for (int r = 0; r < count; ++r) own[r] = Shares(scores.data() + int64_t{r} * seen, p.seen(first + r + 1), seen, p.scale);
      float* y = ys + (b * p.queries + first) * row + head * out;
      if (seen == 0) {
        for (int r = 0; r < count; ++r) std::fill_n(y + int64_t{r} * row, out, 0.0f);
      } else {
        Multiply(false, false, count, out, seen, scores.data(), seen, p.value.at(b, 0, head / p.share()), p.value.row, y, row);
      }
    });
  }

 private:
  // Shares of the first `seen` of `all` scores; the others get none. Returns the logarithm of the sum of exponentials.
  static float Shares(float* scores, int seen, int all, float scale) {
    if (seen == 0) return 0.0f;
    Run own(scores, seen);
    own *= scale;
    const float most = own.maxCoeff();
    own = (own - most).exp();
    const float sum = own.sum();
    own *= 1.0f / sum;
    std::fill(scores + seen, scores + all, 0.0f);
    return most + std::log(sum);
  }
};

class AttentionGrad : public AttentionBase {
 public:
  using AttentionBase::AttentionBase;

  void ComputeSized(OpKernelContext* ctx) override {
    AttentionPlan p;
    OP_REQUIRES_OK(ctx, PlanOf(ctx, 1, ctx->input(6), &p));
    const Tensor &dy = ctx->input(0), &mixed = ctx->input(4), &level = ctx->input(5);
    const int out = p.value.width, row = p.heads * out;
    const int64_t values = p.batch * p.queries * row;
    OP_REQUIRES(ctx,
                dy.NumElements() == values && mixed.NumElements() == values &&
                    level.NumElements() == p.batch * p.heads * p.queries,
                errors::InvalidArgument("dy, mixed and level do not fit query, key and value"));
    Tensor* grads[3] = {nullptr, nullptr, nullptr};
    for (int i = 0; i < 3; ++i) {
      const auto& shape = i == 0 || !packed_ ? ctx->input(1 + i).shape() : TensorShape({0});
      OP_REQUIRES_OK(ctx, ctx->allocate_output(i, shape, &grads[i]));
    }
    // Sequences of no length may be any number.
    if (p.queries + p.keys == 0) return;
    Places to;
    to.query = grads[0]->flat<float>().data();
    to.key = packed_ ? to.query + p.heads * p.query.width : grads[1]->flat<float>().data();
    to.value = packed_ ? to.key + p.groups * p.key.width : grads[2]->flat<float>().data();
    const float* dys = dy.flat<float>().data();
    const float* ys = mixed.flat<float>().data();
    const float* levels = level.flat<float>().data();
    // Sums over queries stay in order: a group of a sequence is one piece of work.
    ForEach(ctx, p.batch * p.groups, [&](int64_t i) {
      OfGroup(p, i / p.groups, static_cast<int>(i % p.groups), dys, ys, levels, to);
    });
  }

 private:
  struct Places {
    float *query, *key, *value;
  };

  static void OfGroup(const AttentionPlan& p, int64_t b, int group, const float* dys, const float* ys, const float* levels,
                      const Places& to) {
    const int out = p.value.width, width = p.query.width, row = p.heads * out;
    float* dkey = to.key + b * p.keys * p.key.row + group * width;
    float* dvalue = to.value + b * p.keys * p.value.row + group * out;
    thread_local Floats shares, slopes;
    const int blocks = (p.queries + kBlock - 1) / kBlock;
    bool fresh = true;
    for (int head = group * p.share(); head < (group + 1) * p.share(); ++head) {
      // From the last block on, which sees all keys and sets what the others add to.
      for (int block = blocks - 1; block >= 0; --block) {
        const int first = block * kBlock, count = std::min(kBlock, p.queries - first), seen = p.seen(first + count);
        if (seen == 0) continue;
        shares.resize(int64_t{count} * seen);
        slopes.resize(int64_t{count} * seen);
        const int64_t from = (b * p.queries + first) * row + head * out;
        const float *dy = dys + from, *y = ys + from;
        Scores(p, b, head, first, count, seen, shares.data());
        Multiply(false, true, count, seen, out, dy, row, p.value.at(b, 0, group), p.value.row, slopes.data(), seen);
        const float* level = levels + (b * p.heads + head) * p.queries + first;
        for (int r = 0; r < count; ++r) {
          const float mean = (ConstRun(dy + int64_t{r} * row, out) * ConstRun(y + int64_t{r} * row, out)).sum();
          Slope(shares.data() + int64_t{r} * seen, slopes.data() + int64_t{r} * seen, p.seen(first + r + 1), seen, p.scale,
                level[r], mean);
        }
        const float keep = fresh ? 0.0f : 1.0f;
        Multiply(true, false, seen, out, count, shares.data(), seen, dy, row, dvalue, p.value.row, keep);
        Multiply(true, false, seen, width, count, slopes.data(), seen, p.query.at(b, first, head), p.query.row, dkey, p.key.row,
                 keep);
        Multiply(false, false, count, width, seen, slopes.data(), seen, p.key.at(b, 0, group), p.key.row,
                 to.query + (b * p.queries + first) * p.query.row + head * width, p.query.row);
        fresh = false;
      }
    }
    // No query, or no key.
    if (fresh) {
      Clear(dkey, p.keys, p.key.row, width);
      Clear(dvalue, p.keys, p.value.row, out);
      Clear(to.query + b * p.queries * p.query.row + group * p.share() * width, p.queries, p.query.row, p.share() * width);
    }
  }

  static void Clear(float* values, int rows, int row, int width) {
    for (int64_t r = 0; r < rows; ++r) std::fill_n(values + r * row, width, 0.0f);
  }

  // Turns scores into shares, and their gradients into those of the products of queries and keys.
  static void Slope(float* scores, float* gradients, int seen, int all, float scale, float level, float mean) {
    Run share(scores, seen), gradient(gradients, seen);
    share = (share * scale - level).exp();
    gradient = share * (gradient - mean) * scale;
    std::fill(scores + seen, scores + all, 0.0f);
    std::fill(gradients + seen, gradients + all, 0.0f);
  }
};

REGISTER_KERNEL_BUILDER(Name("SwitchyardAttention").Device(DEVICE_CPU), Attention);
REGISTER_KERNEL_BUILDER(Name("SwitchyardAttentionGrad").Device(DEVICE_CPU), AttentionGrad);

}  // namespace switchyard
