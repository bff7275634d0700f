#ifndef CCHECKSUM_H
#define CCHECKSUM_H

#include <stddef.h>
#include <stdint.h>

// CRC-32C (Castagnoli, reflected, initial value and final XOR all ones).
//
// `previous` is 0 for the first piece and the result so far for each next piece, so that pieces
// give the same sum as their concatenation.
uint32_t checksum_crc32c(uint32_t previous, const void *bytes, size_t count);

// The same sum from tables alone: what machines without a CRC instruction use, and what tests
// compare the fast path with.
uint32_t checksum_crc32c_tables(uint32_t previous, const void *bytes, size_t count);

#endif
