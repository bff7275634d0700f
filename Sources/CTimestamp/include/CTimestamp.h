#ifndef CTIMESTAMP_H
#define CTIMESTAMP_H

#include <stdint.h>

// CLOCK_MONOTONIC in nanoseconds.
uint64_t timestamp_monotonic_ns(void);

// The CPU's time stamp counter.
//
// The compiler moves no memory access across it ("memory"): a ring's claim is stored before its
// row's time is taken. The CPU may still execute it a little early; see `Drain` in TraceRecorder.
static inline uint64_t timestamp_counter(void) {
#if defined(__x86_64__)
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
#elif defined(__aarch64__)
    uint64_t ticks;
    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks) : : "memory");
    return ticks;
#else
    return timestamp_monotonic_ns();
#endif
}

// The counter where `uses_counter` is not 0, else CLOCK_MONOTONIC.
static inline uint64_t timestamp_ticks(int uses_counter) {
    return uses_counter ? timestamp_counter() : timestamp_monotonic_ns();
}

// Lets the other thread of a CPU's core go first while this one waits.
static inline void timestamp_pause(void) {
#if defined(__x86_64__)
    __asm__ volatile("pause");
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

// 1 where the counter runs at one rate whatever the CPU's frequency and sleep states. Asked of the
// CPU itself, so it needs no file of the system.
int timestamp_counter_is_invariant(void);

#endif
