// Products of the same rows with several packed matrices in one op, as attention projects queries, keys and values; or two of them, of which
// one, activated, gates the other.

#include "groups.h"

#include "activation.h"
#include "packed_rows.h"
#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/op.h"

namespace switchyard {

using namespace tensorflow;

REGISTER_OP("SwitchyardPackedSeveral")
    .Input("x: float")    // [..., K]
    .Input("w: N * int32")  // the bytes of [N_i, K] each
    .Attr("N: int >= 1")
    .Attr("formats: string")    // of each, with commas between
    .Attr("rows: list(int)")    // N_i
    .Attr("columns: int")       // K
    .Output("y: N * float")  // [..., N_i]
    .SetShapeFn(shape_inference::UnknownShape);

REGISTER_OP("SwitchyardPackedGated")
    .Input("x: float")    // [..., K]
    .Input("w: N * int32")  // the bytes of [H, K]: of the gate, and of what it gates
    .Attr("N: int >= 1")
    .Attr("formats: string")
    .Attr("rows: list(int)")
    .Attr("columns: int")
    .Attr("activation: string")
    .Output("y: float")  // [..., H]
    .SetShapeFn(shape_inference::UnknownShape);

class PackedSeveralBase : public SizedOp {
 public:
  explicit PackedSeveralBase(OpKernelConstruction* ctx) : SizedOp(ctx) {
    std::string formats;
    std::vector<int> rows;
    OP_REQUIRES_OK(ctx, ctx->GetAttr("formats", &formats));
    OP_REQUIRES_OK(ctx, ctx->GetAttr("rows", &rows));
    OP_REQUIRES_OK(ctx, ctx->GetAttr("columns", &columns_));
    int count = 0;
    OP_REQUIRES_OK(ctx, ctx->GetAttr("N", &count));
    for (size_t begin = 0; begin <= formats.size();) {
      const size_t end = std::min(formats.find(',', begin), formats.size());
      const std::string format = formats.substr(begin, end - begin);
      const Rows* packed = FindRows(format);
      OP_REQUIRES(ctx, packed != nullptr, errors::InvalidArgument("format must be one that weights are packed in, got ", format));
      OP_REQUIRES(ctx, matrices_.size() < rows.size(), errors::InvalidArgument("formats must be as many as rows, got ", formats));
      const int own = rows[matrices_.size()];
      OP_REQUIRES(ctx, own > 0 && columns_ > 0 && columns_ % packed->unit == 0,
                  errors::InvalidArgument("rows must be above 0 and columns whole blocks of ", packed->unit, ", got ", own, " and ",
                                          columns_));
      matrices_.push_back({packed, own, columns_, packed->bytes(columns_), nullptr});
      begin = end + 1;
    }
    OP_REQUIRES(ctx, count == static_cast<int>(matrices_.size()) && matrices_.size() == rows.size(),
                errors::InvalidArgument("formats and rows must be as many as matrices (", count, "), got ", formats));
  }

 protected:
  // Rows of x.
  Status Check(OpKernelContext* ctx, int64_t* rows) const {
    const Tensor& x = ctx->input(0);
    if (x.dims() == 0 || x.dim_size(x.dims() - 1) != columns_) {
      return errors::InvalidArgument("x must be [..., ", columns_, "], got ", x.shape().DebugString());
    }
    *rows = x.NumElements() / columns_;
    if (*rows > std::numeric_limits<int>::max()) return errors::InvalidArgument("rows must be counted in 31 bits, got ", *rows);
    for (size_t i = 0; i < matrices_.size(); ++i) {
      const int64_t words = ctx->input(1 + i).NumElements();
      if (matrices_[i].rows * matrices_[i].row_bytes > words * 4) {
        return errors::InvalidArgument(matrices_[i].rows, " rows take ", matrices_[i].row_bytes, " bytes each, got ", words * 4, " bytes");
      }
    }
    return OkStatus();
  }

  // x's shape with as many columns as matrix i has rows.
  Status ShapeOf(OpKernelContext* ctx, size_t i, TensorShape* shape) const {
    *shape = ctx->input(0).shape();
    return shape->SetDimWithStatus(shape->dims() - 1, matrices_[i].rows);
  }

  void MultiplyAll(OpKernelContext* ctx, int64_t rows, const std::vector<float*>& ys) const {
    std::vector<PackedProduct> products;
    for (size_t i = 0; i < matrices_.size(); ++i) {
      PackedMatrix own = matrices_[i];
      own.at = reinterpret_cast<const uint8_t*>(ctx->input(1 + i).flat<int32_t>().data());
      if (rows > 0) products.push_back({own, 0, static_cast<int>(rows), ys[i]});
    }
    MultiplyPackedRows(ctx, ctx->input(0).flat<float>().data(), rows, columns_, products);
  }

  std::vector<PackedMatrix> matrices_;
  int columns_ = 0;
};

class PackedSeveral : public PackedSeveralBase {
 public:
  using PackedSeveralBase::PackedSeveralBase;

  void ComputeSized(OpKernelContext* ctx) override {
    int64_t rows = 0;
    OP_REQUIRES_OK(ctx, Check(ctx, &rows));
    std::vector<float*> ys;
    for (size_t i = 0; i < matrices_.size(); ++i) {
      TensorShape shape;
      OP_REQUIRES_OK(ctx, ShapeOf(ctx, i, &shape));
      Tensor* y = nullptr;
      OP_REQUIRES_OK(ctx, ctx->allocate_output(i, shape, &y));
      ys.push_back(y->flat<float>().data());
    }
    MultiplyAll(ctx, rows, ys);
  }
};

class PackedGated : public PackedSeveralBase {
 public:
  explicit PackedGated(OpKernelConstruction* ctx) : PackedSeveralBase(ctx) {
    OP_REQUIRES_OK(ctx, ReadActivation(ctx, &activation_));
    OP_REQUIRES(ctx, matrices_.size() == 2 && matrices_[0].rows == matrices_[1].rows,
                errors::InvalidArgument("a gate and what it gates must be two matrices of as many rows"));
  }

  void ComputeSized(OpKernelContext* ctx) override {
    int64_t rows = 0;
    OP_REQUIRES_OK(ctx, Check(ctx, &rows));
    TensorShape shape;
    OP_REQUIRES_OK(ctx, ShapeOf(ctx, 0, &shape));
    Tensor* y = nullptr;
    OP_REQUIRES_OK(ctx, ctx->allocate_output(0, shape, &y));
    Tensor values;
    OP_REQUIRES_OK(ctx, ctx->allocate_temp(DT_FLOAT, shape, &values));
    float* gates = y->flat<float>().data();
    const float* from = values.flat<float>().data();
    MultiplyAll(ctx, rows, {gates, values.flat<float>().data()});
    ForEachRowBlock(ctx, shape.num_elements(), 1,
                    [&](int64_t begin, int64_t end) { Gate(activation_, gates + begin, from + begin, end - begin); });
  }

 private:
  Activation activation_;
};

REGISTER_KERNEL_BUILDER(Name("SwitchyardPackedSeveral").Device(DEVICE_CPU), PackedSeveral);
REGISTER_KERNEL_BUILDER(Name("SwitchyardPackedGated").Device(DEVICE_CPU), PackedGated);

}  // namespace switchyard
