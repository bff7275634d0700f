// What the loop itself takes.
#include "loop.h"

static void burst(uint64_t *state, long count) {
    uint64_t x = *state;
    for (long i = 0; i < count; i++) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        __asm__ volatile("" : : "r"(x));
    }
    *state = x;
}

int main(int argc, char **argv) { return run_threads("loop-alone", argc, argv, burst); }
