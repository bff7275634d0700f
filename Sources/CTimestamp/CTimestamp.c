#define _POSIX_C_SOURCE 200809L

#include "CTimestamp.h"

#include <time.h>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

uint64_t timestamp_monotonic_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int timestamp_counter_is_invariant(void) {
#if defined(__x86_64__)
    unsigned int a = 0, b = 0, c = 0, d = 0;
    // Advanced power management information; bit 8 of EDX is "invariant TSC".
    if (!__get_cpuid(0x80000007u, &a, &b, &c, &d)) {
        return 0;
    }
    return (d >> 8) & 1;
#elif defined(__aarch64__)
    // The architecture's generic timer has one rate by definition.
    return 1;
#else
    return 0;
#endif
}
