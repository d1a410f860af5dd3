// All ops as one translation unit: TensorFlow's headers, which are nearly all of the compiler's work, are read once.

#include "activation.cc"
#include "adamw.cc"
#include "addon.cc"
#include "attend_kept.cc"
#include "attention.cc"
#include "choose.cc"
#include "grouped_matmul.cc"
#include "grouped_outer.cc"
#include "norm.cc"
#include "packed.cc"
#include "permute.cc"
#include "sparse_matmul.cc"
