// Makes the library of ops a Node-API addon: Node unloads a library that does not register, and the ops with it.

#include <node_api.h>

extern "C" void scipy_openblas_set_num_threads(int);

extern "C" __attribute__((visibility("default"))) napi_value napi_register_module_v1(napi_env, napi_value exports) {
  // The ops bring their own threads.
  scipy_openblas_set_num_threads(1);
  return exports;
}
