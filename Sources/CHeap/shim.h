// glibc's; other C libraries have nothing that the tool would set.
#if defined(__linux__)
#include <malloc.h>
#endif
