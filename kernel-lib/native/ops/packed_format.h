// Weights as files store them: rows of blocks, each of some small whole numbers with a scale (ggml's `ggml-common.h`), or of values
// of 16 or 32 bits. What a row is as floats, and its product with a vector without making them.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>

#if defined(__AVX2__) && defined(__FMA__) && defined(__F16C__)
#include <immintrin.h>
#define SWITCHYARD_AVX2 1
#if defined(__AVX512F__) && defined(__AVX512DQ__)
#define SWITCHYARD_AVX512 1
#endif
#endif

namespace switchyard {

// Numbers of a chunk are `scale[i / 16] * code + offset`; a block is one chunk or eight.
constexpr int kChunk = 32;

struct Chunk {
  alignas(32) int8_t codes[kChunk];
  float scale[2];
  float offset;
};

inline float HalfToFloat(const uint8_t* at) {
  uint16_t bits;
  std::memcpy(&bits, at, 2);
#ifdef SWITCHYARD_AVX2
  return _cvtsh_ss(bits);
#else
  const uint32_t sign = uint32_t(bits & 0x8000) << 16, exponent = (bits >> 10) & 31, fraction = bits & 1023;
  uint32_t out;
  float value;
  if (exponent == 0) {
    value = fraction * 5.9604644775390625e-8f;  // 2^-24
    std::memcpy(&out, &value, 4);
    out |= sign;
  } else {
    out = sign | ((exponent == 31 ? 255 : exponent + 112) << 23) | (fraction << 13);
  }
  std::memcpy(&value, &out, 4);
  return value;
#endif
}

inline void Uniform(Chunk* out, float scale, float offset) {
  out->scale[0] = out->scale[1] = scale;
  out->offset = offset;
}

// Sixteen bytes of two codes each: the lower halves are the first sixteen. Compilers do not make vectors of these loops by themselves,
// for the codes may be the bytes they are read from.
inline void Nibbles(const uint8_t* from, int8_t* codes) {
#ifdef SWITCHYARD_AVX2
  const __m128i both = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)), low = _mm_set1_epi8(15);
  _mm_store_si128(reinterpret_cast<__m128i*>(codes), _mm_and_si128(both, low));
  _mm_store_si128(reinterpret_cast<__m128i*>(codes + 16), _mm_and_si128(_mm_srli_epi16(both, 4), low));
#else
  for (int i = 0; i < 16; ++i) {
    codes[i] = from[i] & 15;
    codes[16 + i] = from[i] >> 4;
  }
#endif
}

inline void FifthBits(const uint8_t* from, int8_t* codes) {
  uint32_t bits;
  std::memcpy(&bits, from, 4);
#ifdef SWITCHYARD_AVX2
  // Each byte has its own bit of the eight that it was spread from.
  const __m256i places = _mm256_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1,  //
                                          2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3);
  const __m256i own = _mm256_set1_epi64x(0x8040201008040201LL);
  const __m256i spread = _mm256_and_si256(_mm256_shuffle_epi8(_mm256_set1_epi32(bits), places), own);
  const __m256i fifth = _mm256_and_si256(_mm256_cmpeq_epi8(spread, own), _mm256_set1_epi8(16));
  // By halves, as they were stored: a load of two stores would wait for both to reach the cache.
  __m128i* to = reinterpret_cast<__m128i*>(codes);
  _mm_store_si128(to, _mm_or_si128(_mm_load_si128(to), _mm256_castsi256_si128(fifth)));
  _mm_store_si128(to + 1, _mm_or_si128(_mm_load_si128(to + 1), _mm256_extracti128_si256(fifth, 1)));
#else
  for (int i = 0; i < kChunk; ++i) codes[i] |= ((bits >> i) & 1) << 4;
#endif
}

struct Q4_0 {
  static constexpr int kValues = 32, kBytes = 18;
  static void Read(const uint8_t* block, int, Chunk* out) {
    const float d = HalfToFloat(block);
    Uniform(out, d, -8 * d);
    Nibbles(block + 2, out->codes);
  }
};

struct Q4_1 {
  static constexpr int kValues = 32, kBytes = 20;
  static void Read(const uint8_t* block, int, Chunk* out) {
    Uniform(out, HalfToFloat(block), HalfToFloat(block + 2));
    Nibbles(block + 4, out->codes);
  }
};

struct Q5_0 {
  static constexpr int kValues = 32, kBytes = 22;
  static void Read(const uint8_t* block, int, Chunk* out) {
    const float d = HalfToFloat(block);
    Uniform(out, d, -16 * d);
    Nibbles(block + 6, out->codes);
    FifthBits(block + 2, out->codes);
  }
};

struct Q5_1 {
  static constexpr int kValues = 32, kBytes = 24;
  static void Read(const uint8_t* block, int, Chunk* out) {
    Uniform(out, HalfToFloat(block), HalfToFloat(block + 2));
    Nibbles(block + 8, out->codes);
    FifthBits(block + 4, out->codes);
  }
};

struct Q8_0 {
  static constexpr int kValues = 32, kBytes = 34;
  static void Read(const uint8_t* block, int, Chunk* out) {
    Uniform(out, HalfToFloat(block), 0);
    std::memcpy(out->codes, block + 2, kChunk);
  }
};

// Scale and minimum of chunk `i` of eight: six bits each, in twelve bytes.
inline void SixBits(const uint8_t* from, int i, int* scale, int* minimum) {
  if (i < 4) {
    *scale = from[i] & 63;
    *minimum = from[i + 4] & 63;
  } else {
    *scale = (from[i + 4] & 15) | ((from[i - 4] >> 6) << 4);
    *minimum = (from[i + 4] >> 4) | ((from[i] >> 6) << 4);
  }
}

// Bits `shift` and above of each of 32 bytes, as many as `mask` has.
inline void Bits(const uint8_t* from, int shift, uint8_t mask, uint8_t* out) {
#ifdef SWITCHYARD_AVX2
  const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
  // What comes in from the next byte is masked away.
  const __m256i shifted = _mm256_srl_epi16(bytes, _mm_cvtsi32_si128(shift));
  _mm256_store_si256(reinterpret_cast<__m256i*>(out), _mm256_and_si256(shifted, _mm256_set1_epi8(mask)));
#else
  for (int j = 0; j < kChunk; ++j) out[j] = (from[j] >> shift) & mask;
#endif
}

// Chunks 2 j and 2 j + 1 are the lower and the upper halves of the same 32 bytes.
inline void KCodes(const uint8_t* nibbles, int i, int8_t* codes) {
  Bits(nibbles + 32 * (i >> 1), 4 * (i & 1), 15, reinterpret_cast<uint8_t*>(codes));
}

inline void KScale(const uint8_t* block, int i, Chunk* out) {
  int scale, minimum;
  SixBits(block + 4, i, &scale, &minimum);
  Uniform(out, HalfToFloat(block) * scale, -HalfToFloat(block + 2) * minimum);
}

struct Q4_K {
  static constexpr int kValues = 256, kBytes = 144;
  static void Read(const uint8_t* block, int i, Chunk* out) {
    KScale(block, i, out);
    KCodes(block + 16, i, out->codes);
  }
};

struct Q5_K {
  static constexpr int kValues = 256, kBytes = 176;
  static void Read(const uint8_t* block, int i, Chunk* out) {
    KScale(block, i, out);
    KCodes(block + 48, i, out->codes);
    alignas(32) uint8_t fifth[kChunk];
    Bits(block + 16, i, 1, fifth);
    for (int j = 0; j < kChunk; ++j) out->codes[j] |= fifth[j] << 4;
  }
};

struct Q6_K {
  static constexpr int kValues = 256, kBytes = 210;
  static void Read(const uint8_t* block, int i, Chunk* out) {
    const float d = HalfToFloat(block + 208);
    const int8_t* scales = reinterpret_cast<const int8_t*>(block + 192) + 2 * i;
    out->scale[0] = d * scales[0];
    out->scale[1] = d * scales[1];
    out->offset = 0;
    const int part = i >> 2, quarter = i & 3;
    const uint8_t* low = block + 64 * part + 32 * (quarter & 1);
    const uint8_t* high = block + 128 + 32 * part;
    alignas(32) uint8_t lower[kChunk], upper[kChunk];
    Bits(low, 4 * (quarter >> 1), 15, lower);
    Bits(high, 2 * quarter, 3, upper);
    for (int j = 0; j < kChunk; ++j) out->codes[j] = static_cast<int8_t>((lower[j] | (upper[j] << 4)) - 32);
  }
};

#ifdef SWITCHYARD_AVX2
inline __m256 Codes8(const int8_t* codes) {
  return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(codes))));
}

#ifdef SWITCHYARD_AVX512
inline __m512 Codes16(const int8_t* codes) {
  return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_load_si128(reinterpret_cast<const __m128i*>(codes))));
}
#endif

inline float Sum8(__m256 v) {
  __m128 sum = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  sum = _mm_add_ps(sum, _mm_movehl_ps(sum, sum));
  return _mm_cvtss_f32(_mm_add_ss(sum, _mm_movehdup_ps(sum)));
}
#endif

// The rows of a block format. A row has whole blocks.
template <typename Block>
struct BlockRows {
  static constexpr int kUnit = Block::kValues;

  static int64_t Bytes(int64_t values) { return values / Block::kValues * Block::kBytes; }

  // Values `first` .. `first + count` of a row; both are whole blocks.
  static void Decode(const uint8_t* row, int64_t first, int64_t count, float* out) {
    const uint8_t* block = row + Bytes(first);
    Chunk chunk;
    for (int64_t at = 0; at < count; at += Block::kValues, block += Block::kBytes) {
      for (int i = 0; i < Block::kValues / kChunk; ++i, out += kChunk) {
        Block::Read(block, i, &chunk);
#ifdef SWITCHYARD_AVX2
        const __m256 offset = _mm256_set1_ps(chunk.offset);
        for (int j = 0; j < kChunk; j += 8) {
          _mm256_storeu_ps(out + j, _mm256_fmadd_ps(_mm256_set1_ps(chunk.scale[j / 16]), Codes8(chunk.codes + j), offset));
        }
#else
        for (int j = 0; j < kChunk; ++j) out[j] = chunk.scale[j / 16] * chunk.codes[j] + chunk.offset;
#endif
      }
    }
  }

  // Product of a row with x; `sums` are those of x chunk by chunk.
  static float Dot(const uint8_t* row, int64_t count, const float* x, const float* sums) {
    const uint8_t* block = row;
    Chunk chunk;
    float offsets = 0;
#if defined(SWITCHYARD_AVX512)
    __m512 total = _mm512_setzero_ps(), others = total;
#elif defined(SWITCHYARD_AVX2)
    __m256 total = _mm256_setzero_ps();
#else
    float total = 0;
#endif
    for (int64_t at = 0; at < count; at += Block::kValues, block += Block::kBytes) {
      for (int i = 0; i < Block::kValues / kChunk; ++i, x += kChunk) {
        Block::Read(block, i, &chunk);
        offsets += chunk.offset * *sums++;
#if defined(SWITCHYARD_AVX512)
        const __m512 first = _mm512_mul_ps(Codes16(chunk.codes), _mm512_loadu_ps(x));
        const __m512 second = _mm512_mul_ps(Codes16(chunk.codes + 16), _mm512_loadu_ps(x + 16));
        total = _mm512_fmadd_ps(_mm512_set1_ps(chunk.scale[0]), first, total);
        others = _mm512_fmadd_ps(_mm512_set1_ps(chunk.scale[1]), second, others);
#elif defined(SWITCHYARD_AVX2)
        const __m256 first = _mm256_fmadd_ps(Codes8(chunk.codes), _mm256_loadu_ps(x),
                                             _mm256_mul_ps(Codes8(chunk.codes + 8), _mm256_loadu_ps(x + 8)));
        const __m256 second = _mm256_fmadd_ps(Codes8(chunk.codes + 16), _mm256_loadu_ps(x + 16),
                                              _mm256_mul_ps(Codes8(chunk.codes + 24), _mm256_loadu_ps(x + 24)));
        total = _mm256_fmadd_ps(_mm256_set1_ps(chunk.scale[0]), first, total);
        total = _mm256_fmadd_ps(_mm256_set1_ps(chunk.scale[1]), second, total);
#else
        for (int j = 0; j < kChunk; ++j) total += chunk.scale[j / 16] * (chunk.codes[j] * x[j]);
#endif
      }
    }
#if defined(SWITCHYARD_AVX512)
    total = _mm512_add_ps(total, others);
    return Sum8(_mm256_add_ps(_mm512_castps512_ps256(total), _mm512_extractf32x8_ps(total, 1))) + offsets;
#elif defined(SWITCHYARD_AVX2)
    return Sum8(total) + offsets;
#else
    return total + offsets;
#endif
  }
};

struct F32 {
  static constexpr int kBytes = 4;
  static float One(const uint8_t* at) {
    float value;
    std::memcpy(&value, at, 4);
    return value;
  }
#ifdef SWITCHYARD_AVX2
  static __m256 Eight(const uint8_t* at) { return _mm256_loadu_ps(reinterpret_cast<const float*>(at)); }
#endif
};

struct F16 {
  static constexpr int kBytes = 2;
  static float One(const uint8_t* at) { return HalfToFloat(at); }
#ifdef SWITCHYARD_AVX2
  static __m256 Eight(const uint8_t* at) {
    return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)));
  }
#endif
};

// The upper half of a float.
struct BF16 {
  static constexpr int kBytes = 2;
  static float One(const uint8_t* at) {
    uint16_t half;
    std::memcpy(&half, at, 2);
    const uint32_t bits = uint32_t{half} << 16;
    float value;
    std::memcpy(&value, &bits, 4);
    return value;
  }
#ifdef SWITCHYARD_AVX2
  static __m256 Eight(const uint8_t* at) {
    const __m128i halves = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(halves), 16));
  }
#endif
};

// The rows of a format that stores values one by one.
template <typename Value>
struct PlainRows {
  static constexpr int kUnit = 1;

  static int64_t Bytes(int64_t values) { return values * Value::kBytes; }

  static void Decode(const uint8_t* row, int64_t first, int64_t count, float* out) {
    const uint8_t* at = row + Bytes(first);
    int64_t i = 0;
#ifdef SWITCHYARD_AVX2
    for (; i + 8 <= count; i += 8) _mm256_storeu_ps(out + i, Value::Eight(at + i * Value::kBytes));
#endif
    for (; i < count; ++i) out[i] = Value::One(at + i * Value::kBytes);
  }

  static float Dot(const uint8_t* row, int64_t count, const float* x, const float*) {
    int64_t i = 0;
    float sum = 0;
#ifdef SWITCHYARD_AVX2
    __m256 a = _mm256_setzero_ps(), b = a, c = a, d = a;
    auto add = [&](__m256 to, int64_t j) {
      return _mm256_fmadd_ps(Value::Eight(row + j * Value::kBytes), _mm256_loadu_ps(x + j), to);
    };
    for (; i + 32 <= count; i += 32) {
      a = add(a, i);
      b = add(b, i + 8);
      c = add(c, i + 16);
      d = add(d, i + 24);
    }
    for (; i + 8 <= count; i += 8) a = add(a, i);
    sum = Sum8(_mm256_add_ps(_mm256_add_ps(a, b), _mm256_add_ps(c, d)));
#endif
    for (; i < count; ++i) sum += Value::One(row + i * Value::kBytes) * x[i];
    return sum;
  }
};

// What an op knows of a format.
struct Rows {
  int unit;  // values that lie together
  int64_t (*bytes)(int64_t values);
  void (*decode)(const uint8_t* row, int64_t first, int64_t count, float* out);
  float (*dot)(const uint8_t* row, int64_t count, const float* x, const float* sums);
};

template <typename Of>
constexpr Rows RowsOf() {
  return {Of::kUnit, Of::Bytes, Of::Decode, Of::Dot};
}

// By the format's name in files; null where there is none.
inline const Rows* FindRows(const std::string& name) {
  static const struct {
    const char* name;
    Rows rows;
  } kFormats[] = {
      {"F32", RowsOf<PlainRows<F32>>()},    {"F16", RowsOf<PlainRows<F16>>()},    {"BF16", RowsOf<PlainRows<BF16>>()},
      {"Q4_0", RowsOf<BlockRows<Q4_0>>()},  {"Q4_1", RowsOf<BlockRows<Q4_1>>()},  {"Q5_0", RowsOf<BlockRows<Q5_0>>()},
      {"Q5_1", RowsOf<BlockRows<Q5_1>>()},  {"Q8_0", RowsOf<BlockRows<Q8_0>>()},  {"Q4_K", RowsOf<BlockRows<Q4_K>>()},
      {"Q5_K", RowsOf<BlockRows<Q5_K>>()},  {"Q6_K", RowsOf<BlockRows<Q6_K>>()},
  };
  for (const auto& each : kFormats) {
    if (name == each.name) return &each.rows;
  }
  return nullptr;
}

}  // namespace switchyard
