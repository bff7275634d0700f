#ifndef CAFFINITY_H
#define CAFFINITY_H

// Binds the calling thread, and those it makes, to a CPU.
void affinity_bind(int cpu);

#endif
