// TensorFlow 2.21 logs through Abseil and does not tell it TF_CPP_MIN_LOG_LEVEL; this addon does.
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
