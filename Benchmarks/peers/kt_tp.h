#undef LTTNG_UST_TRACEPOINT_PROVIDER
#define LTTNG_UST_TRACEPOINT_PROVIDER kt

#undef LTTNG_UST_TRACEPOINT_INCLUDE
#define LTTNG_UST_TRACEPOINT_INCLUDE "kt_tp.h"

#if !defined(KT_TP_H) || defined(LTTNG_UST_TRACEPOINT_HEADER_MULTI_READ)
#define KT_TP_H

#include <lttng/tracepoint.h>
#include <stdint.h>

LTTNG_UST_TRACEPOINT_EVENT(
    kt, event,
    LTTNG_UST_TP_ARGS(
        uint64_t, value, uint32_t, argument, uint16_t, cpu, uint8_t, domain, uint8_t, kind),
    LTTNG_UST_TP_FIELDS(
        lttng_ust_field_integer(uint64_t, value, value)
        lttng_ust_field_integer(uint32_t, argument, argument)
        lttng_ust_field_integer(uint16_t, cpu, cpu)
        lttng_ust_field_integer(uint8_t, domain, domain)
        lttng_ust_field_integer(uint8_t, kind, kind)))

#endif

#include <lttng/tracepoint-event.h>
