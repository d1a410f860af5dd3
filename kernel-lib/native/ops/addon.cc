// Makes the library of ops a Node-API addon: Node unloads a library that does not register, and the ops with it.

#include <malloc.h>
#include <node_api.h>

extern "C" void scipy_openblas_set_num_threads(int);

extern "C" __attribute__((visibility("default"))) napi_value napi_register_module_v1(napi_env, napi_value exports) {
  // Activations are freed and asked for again at every step: keep their pages, instead of returning them to the system
  // and faulting each in anew (a third of the time of large layers).
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  // The ops bring their own threads.
  scipy_openblas_set_num_threads(1);
  return exports;
}
