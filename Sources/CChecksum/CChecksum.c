#include "CChecksum.h"

#include <string.h>

#if defined(__aarch64__) && defined(__linux__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

// The reflected Castagnoli polynomial.
#define POLYNOMIAL 0x82F63B78u

static uint32_t byte_step(uint32_t state, uint8_t byte) {
    state ^= byte;
    for (int bit = 0; bit < 8; bit++) {
        state = (state >> 1) ^ (POLYNOMIAL & (0u - (state & 1)));
    }
    return state;
}

// tables[k][b]: the state after byte b and k zero bytes. Filled before main, so that threads only
// ever read it.
static uint32_t tables[8][256];

__attribute__((constructor)) static void fill_tables(void) {
    for (uint32_t byte = 0; byte < 256; byte++) {
        tables[0][byte] = byte_step(0, (uint8_t)byte);
    }
    for (int k = 1; k < 8; k++) {
        for (uint32_t byte = 0; byte < 256; byte++) {
            uint32_t before = tables[k - 1][byte];
            tables[k][byte] = (before >> 8) ^ tables[0][before & 255];
        }
    }
}

uint32_t checksum_crc32c_tables(uint32_t previous, const void *bytes, size_t count) {
    const uint8_t *next = bytes;
    uint32_t state = ~previous;
    for (; count >= 8; count -= 8, next += 8) {
        state ^= (uint32_t)next[0] | (uint32_t)next[1] << 8 | (uint32_t)next[2] << 16
            | (uint32_t)next[3] << 24;
        state = tables[7][state & 255] ^ tables[6][(state >> 8) & 255]
            ^ tables[5][(state >> 16) & 255] ^ tables[4][state >> 24] ^ tables[3][next[4]]
            ^ tables[2][next[5]] ^ tables[1][next[6]] ^ tables[0][next[7]];
    }
    for (; count > 0; count--, next++) {
        state = (state >> 8) ^ tables[0][(state ^ *next) & 255];
    }
    return ~state;
}

#if defined(__x86_64__)

__attribute__((target("sse4.2"))) static uint32_t crc32c_instruction(
    uint32_t previous, const void *bytes, size_t count) {
    const uint8_t *next = bytes;
    uint64_t state = (uint32_t)~previous;
    for (; count >= 8; count -= 8, next += 8) {
        uint64_t word;
        memcpy(&word, next, 8);
        state = __builtin_ia32_crc32di(state, word);
    }
    uint32_t rest = (uint32_t)state;
    for (; count > 0; count--, next++) {
        rest = __builtin_ia32_crc32qi(rest, *next);
    }
    return ~rest;
}

static int has_instruction(void) {
    return __builtin_cpu_supports("sse4.2");
}

#elif defined(__aarch64__) && defined(__linux__)

__attribute__((target("crc"))) static uint32_t crc32c_instruction(
    uint32_t previous, const void *bytes, size_t count) {
    const uint8_t *next = bytes;
    uint32_t state = ~previous;
    for (; count >= 8; count -= 8, next += 8) {
        uint64_t word;
        memcpy(&word, next, 8);
        state = __builtin_arm_crc32cd(state, word);
    }
    for (; count > 0; count--, next++) {
        state = __builtin_arm_crc32cb(state, *next);
    }
    return ~state;
}

static int has_instruction(void) {
    return (getauxval(AT_HWCAP) & HWCAP_CRC32) != 0;
}

#endif

uint32_t checksum_crc32c(uint32_t previous, const void *bytes, size_t count) {
#if defined(__x86_64__) || (defined(__aarch64__) && defined(__linux__))
    if (has_instruction()) {
        return crc32c_instruction(previous, bytes, count);
    }
#endif
    return checksum_crc32c_tables(previous, bytes, count);
}
