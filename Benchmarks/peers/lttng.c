// The same events through an LTTng-UST tracepoint.
#define LTTNG_UST_TRACEPOINT_CREATE_PROBES
#define LTTNG_UST_TRACEPOINT_DEFINE
#include "loop.h"

#include "kt_tp.h"

static void burst(uint64_t *state, long count) {
    uint64_t x = *state;
    for (long i = 0; i < count; i++) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        lttng_ust_tracepoint(
            kt, event, x >> 20, (uint32_t)(x >> 50), 0, (uint8_t)(x >> 62), 7);
    }
    *state = x;
}

int main(int argc, char **argv) { return run_threads("lttng-ust", argc, argv, burst); }
