// Two callers have work of many sizes done by the crew at once; each piece must be done exactly once before Run returns.
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "../../kernel-lib/native/ops/crew.h"

namespace {

void Caller(unsigned seed, std::atomic<long>* pieces) {
  for (int round = 0; round < 4000; ++round) {
    seed = seed * 1103515245 + 12345;
    const int count = 1 + seed / 65536 % 24;
    std::vector<int> times(count, 0);
    switchyard::Crew::Shared().Run(count, 4, [&](int64_t i) {
      ++times[i];
      // Long enough, now and then, that those who wait fall asleep.
      if (round % 50 == 0 && i % 5 == 0) std::this_thread::sleep_for(std::chrono::microseconds(200));
    });
    for (int i = 0; i < count; ++i) {
      if (times[i] != 1) {
        std::printf("piece %d of %d was done %d times\n", i, count, times[i]);
        std::exit(1);
      }
    }
    pieces->fetch_add(count);
  }
}

}  // namespace

int main() {
  std::atomic<long> pieces{0};
  std::thread other(Caller, 7u, &pieces);
  Caller(1u, &pieces);
  other.join();
  std::printf("%ld pieces\n", pieces.load());
  // The crew's threads sleep; they are not waited for.
  std::fflush(stdout);
  std::_Exit(0);
}
