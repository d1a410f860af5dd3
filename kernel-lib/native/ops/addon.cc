// Makes the library of ops a Node-API addon: Node unloads a library that does not register, and the ops with it.

#include <link.h>
#include <malloc.h>
#include <node_api.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>

extern "C" void scipy_openblas_set_num_threads(int);

// TensorFlow's library is read nearly whole while it loads, and most of it never again: hands back what nobody may write to, which a later look
// brings again. Half of what a process holds that has not computed yet.
static int GiveBackPages(dl_phdr_info* library, size_t, void*) {
  if (std::strstr(library->dlpi_name, "/libtensorflow") == nullptr) return 0;
  const uintptr_t page = sysconf(_SC_PAGESIZE);
  for (int i = 0; i < library->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = library->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
    // Whole pages: what is left of the last may be of the next segment.
    const uintptr_t begin = (library->dlpi_addr + segment.p_vaddr + page - 1) / page * page;
    const uintptr_t end = (library->dlpi_addr + segment.p_vaddr + segment.p_filesz) / page * page;
    if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
  }
  return 0;
}

extern "C" __attribute__((visibility("default"))) napi_value napi_register_module_v1(napi_env, napi_value exports) {
  // Activations are freed and asked for again at every step: keep their pages, instead of returning them to the system
  // and faulting each in anew (a third of the time of large layers).
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  // The ops bring their own threads.
  scipy_openblas_set_num_threads(1);
  dl_iterate_phdr(GiveBackPages, nullptr);
  return exports;
}
