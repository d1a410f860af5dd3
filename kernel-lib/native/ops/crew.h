// Threads that share pieces of work with the thread that has it. They look for more for a moment before they sleep: ops of a step follow each
// other within microseconds, and to wake a thread takes longer than many of them. Who has the work waits for pieces that were taken, never for
// a thread that has not come yet.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace switchyard {

inline void Pause() {
#if defined(__SSE2__)
  _mm_pause();
#else
  std::this_thread::yield();
#endif
}

class Crew {
 public:
  // One for the process, never ended: its threads sleep when the process does.
  static Crew& Shared() {
    static Crew* crew = new Crew;
    return *crew;
  }

  // Runs work(0) .. work(count - 1), each once and in the order of their start, on at most so many threads.
  void Run(int64_t count, int64_t threads, const std::function<void(int64_t)>& work) {
    std::unique_lock<std::mutex> alone(owner_, std::try_to_lock);
    if (!alone.owns_lock() || count > kMostPieces) {
      for (int64_t i = 0; i < count; ++i) work(i);
      return;
    }
    Hire(threads - 1);
    work_ = &work;
    count_ = count;
    // Numbers do not hang on who works: TensorFlow's threads take what is nearly 0 for 0, its caller's does not.
    rounding_ = Rounding();
    done_.store(0, std::memory_order_relaxed);
    pieces_.store((++number_ << 32) | static_cast<uint64_t>(count));
    if (sleeping_.load() > 0) Wake(std::min(threads, count) - 1);
    while (TakeOne()) {
    }
    for (int turn = 0; done_.load(std::memory_order_acquire) != count; ++turn) {
      if (turn < kPatience) {
        Pause();
      } else {
        std::this_thread::yield();
      }
    }
  }

 private:
  // Pieces left are the lower half of a word.
  static constexpr int64_t kMostPieces = (int64_t{1} << 32) - 1;
  static constexpr int kPatience = 4096;
  // As long as JavaScript may take from one op to the next.
  static constexpr std::chrono::microseconds kAwake{60};

#if defined(__SSE2__)
  static unsigned Rounding() { return _mm_getcsr(); }
  static void Round(unsigned as) { _mm_setcsr(as); }
#else
  static unsigned Rounding() { return 0; }
  static void Round(unsigned) {}
#endif

  void Hire(int64_t threads) {
    for (; hired_ < threads; ++hired_) std::thread([this] { Serve(); }).detach();
  }

  // Takes a piece and does it. The work it belongs to cannot end before, so that what `pieces_` stands for is still there.
  bool TakeOne() {
    uint64_t left = pieces_.load(std::memory_order_acquire);
    while ((left & kMostPieces) > 0) {
      if (pieces_.compare_exchange_weak(left, left - 1, std::memory_order_acq_rel, std::memory_order_acquire)) {
        Round(rounding_);
        (*work_)(count_ - static_cast<int64_t>(left & kMostPieces));
        done_.fetch_add(1, std::memory_order_acq_rel);
        return true;
      }
    }
    return false;
  }

  bool HasWork() const { return (pieces_.load() & kMostPieces) > 0; }

  void Serve() {
    using Clock = std::chrono::steady_clock;
    auto since = Clock::now();
    while (true) {
      if (HasWork()) {
        while (TakeOne()) {
        }
        since = Clock::now();
      } else if (Clock::now() - since > kAwake) {
        Sleep();
        since = Clock::now();
      } else {
        for (int i = 0; i < 16; ++i) Pause();
      }
    }
  }

  void Sleep() {
    std::unique_lock<std::mutex> lock(bed_);
    ++sleeping_;
    awake_.wait(lock, [this] { return HasWork(); });
    --sleeping_;
  }

  void Wake(int64_t threads) {
    std::lock_guard<std::mutex> lock(bed_);
    for (int64_t i = 0; i < std::min<int64_t>(threads, sleeping_); ++i) awake_.notify_one();
  }

  std::mutex owner_;
  int64_t hired_ = 0;
  uint64_t number_ = 0;
  // Written before `pieces_` is, read by who took a piece.
  const std::function<void(int64_t)>* work_ = nullptr;
  int64_t count_ = 0;
  unsigned rounding_ = 0;
  // Number of the work, and how many of its pieces nobody has taken.
  std::atomic<uint64_t> pieces_{0};
  std::atomic<int64_t> done_{0};
  std::mutex bed_;
  std::condition_variable awake_;
  std::atomic<int> sleeping_{0};
};

}  // namespace switchyard
