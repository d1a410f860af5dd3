// TensorFlow 2.21 writes two lines to stderr while its library loads, before anything can set a log level: that
// messages go to stderr, and that oneDNN is on. This addon, loaded first, loads that library while stderr goes to a
// memory file, and then passes on every line but those two.
#include <dlfcn.h>
#include <node_api.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <sstream>
#include <string>

namespace {

bool IsNoise(const std::string& line) {
  return line.find("before absl::InitializeLog() is called") != std::string::npos ||
         line.find("oneDNN custom operations are on") != std::string::npos;
}

std::string ReadAll(int file) {
  std::string text;
  char block[4096];
  lseek(file, 0, SEEK_SET);
  for (ssize_t count; (count = read(file, block, sizeof block)) > 0;) {
    text.append(block, static_cast<size_t>(count));
  }
  return text;
}

void PassOn(const std::string& text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!IsNoise(line)) {
      std::fprintf(stderr, "%s\n", line.c_str());
    }
  }
}

// Where the library cannot be loaded, nothing is said: the binding, loaded next, fails with the cause.
void LoadQuietly(const char* library) {
  const int caught = memfd_create("stderr", MFD_CLOEXEC);
  const int original = dup(STDERR_FILENO);
  if (caught < 0 || original < 0 || dup2(caught, STDERR_FILENO) < 0) {
    return;
  }
  dlopen(library, RTLD_LAZY);
  std::fflush(stderr);
  dup2(original, STDERR_FILENO);
  close(original);
  PassOn(ReadAll(caught));
  close(caught);
}

}  // namespace

extern "C" NAPI_MODULE_EXPORT napi_value napi_register_module_v1(napi_env env, napi_value exports) {
  LoadQuietly("libtensorflow_framework.so.2");
  return exports;
}
