// TensorFlow 2.21 logs through Abseil while its library loads, before anything reads TF_CPP_MIN_LOG_LEVEL.
// This addon needs only libtensorflow_framework; loaded first, it gives Abseil that level in time.
#include <node_api.h>

#include <cstdlib>

#include "absl/base/log_severity.h"
#include "absl/log/globals.h"

extern "C" NAPI_MODULE_EXPORT napi_value napi_register_module_v1(napi_env env, napi_value exports) {
  const char* level = std::getenv("TF_CPP_MIN_LOG_LEVEL");
  if (level != nullptr) {
    absl::SetMinLogLevel(static_cast<absl::LogSeverityAtLeast>(std::atoi(level)));
  }
  return exports;
}
