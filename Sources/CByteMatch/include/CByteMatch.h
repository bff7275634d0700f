// Finds a byte among 64, all at once.
#ifndef CBYTEMATCH_H
#define CBYTEMATCH_H

#include <stdint.h>
#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

// A bit for each of the 64 bytes at `bytes`, from the lowest on: set where it equals `wanted`.
static inline uint64_t byte_match_64(const uint8_t *bytes, uint8_t wanted) {
#if defined(__SSE2__)
    const __m128i all = _mm_set1_epi8((char)wanted);
    uint64_t result = 0;
    for (int part = 0; part < 4; part++) {
        const __m128i chunk = _mm_loadu_si128((const __m128i *)(bytes + 16 * part));
        const uint32_t bits = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(chunk, all));
        result |= (uint64_t)bits << (16 * part);
    }
    return result;
#else
    uint64_t result = 0;
    for (int index = 0; index < 64; index++)
        result |= (uint64_t)(bytes[index] == wanted) << index;
    return result;
#endif
}

#endif
