// What the C loops share: pinned threads, thread CPU time, a cheap generator of values.
#ifndef LOOP_H
#define LOOP_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { BURST = 24000 };

static inline uint64_t next_value(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state;
}

static inline uint64_t thread_cpu_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

struct work {
    int number, threads, rounds;
    const char *name;
    // Records so many events.
    void (*burst)(uint64_t *state, long count);
};

static int by_size(const void *left, const void *right) {
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return a < b ? -1 : a > b;
}

// Bursts with pauses, as a ring that is emptied needs them; only the bursts are timed,
// and the median burst counts.
static void *run_thread(void *argument) {
    struct work *work = argument;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(work->number % 2, &set);
    sched_setaffinity(0, sizeof set, &set);
    uint64_t state = (uint64_t)work->number + 1;
    uint64_t *spent = calloc((size_t)work->rounds, sizeof *spent);
    for (int round = 0; round < work->rounds; round++) {
        usleep(4000);
        uint64_t begin = thread_cpu_ns();
        work->burst(&state, BURST);
        spent[round] = thread_cpu_ns() - begin;
    }
    qsort(spent, (size_t)work->rounds, sizeof *spent, by_size);
    printf("%s %d %.2f\n", work->name, work->threads, (double)spent[work->rounds / 2] / BURST);
    free(spent);
    return NULL;
}

static int run_threads(
    const char *name, int argc, char **argv, void (*burst)(uint64_t *, long)) {
    int threads = argc > 1 ? atoi(argv[1]) : 1;
    int rounds = argc > 2 ? atoi(argv[2]) : 50;
    pthread_t handles[64];
    struct work works[64];
    if (threads < 1 || threads > 64 || rounds < 1) {
        fprintf(stderr, "usage: %s THREADS ROUNDS\n", argv[0]);
        return 64;
    }
    for (int i = 0; i < threads; i++) {
        works[i] = (struct work){i, threads, rounds, name, burst};
        pthread_create(&handles[i], NULL, run_thread, &works[i]);
    }
    for (int i = 0; i < threads; i++) {
        pthread_join(handles[i], NULL);
    }
    return 0;
}

#endif
