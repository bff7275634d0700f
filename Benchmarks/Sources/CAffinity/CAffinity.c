#define _GNU_SOURCE
#include "CAffinity.h"

#include <sched.h>

void affinity_bind(int cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    sched_setaffinity(0, sizeof set, &set);
}
