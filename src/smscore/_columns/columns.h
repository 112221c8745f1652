/* Columns of UTF-8, measured: alphabet, units and parts of each text.
 *
 * The law of this file: numbers in, numbers out, as in _pure/columns.py, which specifies them. Not
 * an octet is read outside a text, whatever stands in it; nothing is written but the results. A run
 * is texts that lie one behind the other. There is one implementation for each kind of processor,
 * of the same code in runs.h; each marks 64 octets at a time in its own way, and the
 * scalar one reads octet by octet.
 */
#ifndef SMSCORE_COLUMNS_H
#define SMSCORE_COLUMNS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(_MSC_VER) && !defined(__clang__)
#define SMSCORE_ALIGNED __declspec(align(64))
#define SMSCORE_INLINE static __forceinline
#define SMSCORE_UNLIKELY(condition) (condition)
#define SMSCORE_PREFETCH(address) ((void)(address))
#else
#define SMSCORE_ALIGNED __attribute__((aligned(64)))
#define SMSCORE_INLINE static inline __attribute__((always_inline))
#define SMSCORE_UNLIKELY(condition) __builtin_expect(!!(condition), 0)
#define SMSCORE_PREFETCH(address) __builtin_prefetch(address)
#endif

#include "tables.h"

/* What stands for the alphabet of a text that has none. */
enum { SMSCORE_NULL = -1, SMSCORE_UNDECODABLE = -2, SMSCORE_SURROGATE = -3 };

/* Of so many units the parts are looked up; of more they are computed. */
#define SMSCORE_SETTLED 2048

/* Capacities by alphabet, and the parts of a text by its units, 0 where they must be counted. */
typedef struct {
    int64_t single[2], multi[2];
    uint8_t parts[2][SMSCORE_SETTLED];
} smscore_terms;

typedef struct {
    int8_t *alphabets;
    int32_t *units, *parts;
} smscore_results;

/* Measures texts that end at the given offsets, the first beginning at 0. Returns how many of them
 * have no alphabet, or -1 if one has more units than a signed integer of 32 bits holds. */
typedef int64_t (*smscore_run)(
    const uint8_t *text, const int64_t *ends, int64_t count, const smscore_terms *terms,
    smscore_results results);

/* Counts the parts that so many units take if no part wastes one, or 0 if they may take more. */
static int64_t smscore_fewest_parts(const smscore_terms *terms, int alphabet, int64_t units)
{
    /* A part wastes at most one unit, on a pair that did not fit: where a part that is one unit
     * smaller would do no worse, nothing has to be walked. */
    int64_t multi = terms->multi[alphabet];
    int64_t fewest = 1 + (units - 1) / multi;
    if (units <= terms->single[alphabet])
        return 1;
    return fewest == 1 + (units - 1) / (multi - 1) ? fewest : 0;
}

/* Tabulates the above, for units that are few. */
static void smscore_settle_terms(smscore_terms *terms)
{
    memset(terms->parts, 0, sizeof terms->parts);
    for (int alphabet = 0; alphabet < 2; alphabet++) {
        const int64_t multi = terms->multi[alphabet];
        int64_t start = 0, stop = terms->single[alphabet] + 1;
        for (int64_t parts = 1; parts <= UINT8_MAX && start < SMSCORE_SETTLED; parts++) {
            if (stop > SMSCORE_SETTLED)
                stop = SMSCORE_SETTLED;
            if (start < stop)
                memset(terms->parts[alphabet] + start, (int)parts, (size_t)(stop - start));
            /* As many units as no fewer parts hold, and as these hold if each wastes one. */
            start = parts * multi + 1;
            stop = (parts + 1) * (multi - 1) + 1;
            if (start <= terms->single[alphabet])
                start = terms->single[alphabet] + 1;
        }
    }
}

/* Counts the parts of a sound text: by arithmetic, or where a part may waste a unit by walking. */
static int64_t smscore_count_parts(
    const uint8_t *text, int64_t length, int64_t units, int64_t pairs, const smscore_terms *terms,
    int alphabet)
{
    int64_t parts = smscore_fewest_parts(terms, alphabet, units), used = 0;
    const int64_t multi = terms->multi[alphabet];
    if (parts)
        return parts;
    if (pairs == 0)
        return 1 + (units - 1) / multi;
    parts = 1;
    for (int64_t place = 0; place < length; place++) {
        const uint8_t octet = text[place];
        int needed = 1;
        if (octet >= 0x80 && octet < 0xC0)
            continue;
        if (alphabet)
            needed += octet >= 0xF0;
        else
            needed += octet < 0x80 ? smscore_ascii[octet] >> 1 : octet == SMSCORE_EURO_0;
        if (used + needed > multi) {
            parts++;
            used = 0;
        }
        used += needed;
    }
    return parts;
}

/* Writes down what a sound text takes. */
SMSCORE_INLINE void smscore_write(
    const uint8_t *text, int64_t length, int alphabet, int64_t units, int64_t pairs,
    const smscore_terms *terms, smscore_results results, int64_t row)
{
    int64_t parts = 0;
    if (!SMSCORE_UNLIKELY(units >= SMSCORE_SETTLED))
        parts = terms->parts[alphabet][units];
    if (SMSCORE_UNLIKELY(parts == 0))
        parts = smscore_count_parts(text, length, units, pairs, terms, alphabet);
    results.alphabets[row] = (int8_t)alphabet;
    results.units[row] = (int32_t)units;
    results.parts[row] = (int32_t)parts;
}

/* Writes down a sound text, which has so many characters and so many that make it another
 * alphabet's, that take two septets, and that take two 16-bit units. Returns -1 if those are more
 * units than can be written down, else 0. */
SMSCORE_INLINE int64_t smscore_settle(
    const uint8_t *text, int64_t length, int64_t characters, int64_t outside, int64_t twice,
    int64_t astral, const smscore_terms *terms, smscore_results results, int64_t row)
{
    const int64_t pairs = outside ? astral : twice, units = characters + pairs;
    smscore_write(text, length, outside != 0, units, pairs, terms, results, row);
    return SMSCORE_UNLIKELY(units > INT32_MAX) ? -1 : 0;
}

/* Writes down that a text has no alphabet. Returns 1: one more. */
SMSCORE_INLINE int64_t smscore_settle_fault(int fault, smscore_results results, int64_t row)
{
    results.alphabets[row] = (int8_t)fault;
    results.units[row] = results.parts[row] = 0;
    return 1;
}

#include "octets.h"

#define SMSCORE_JOIN_(one, other) one##_##other
#define SMSCORE_JOIN(one, other) SMSCORE_JOIN_(one, other)

#if defined(__x86_64__) || defined(_M_X64)
#define SMSCORE_X86 1
#include "x86.h"
#elif defined(__aarch64__) || defined(_M_ARM64)
#define SMSCORE_NEON 1
#include "neon.h"
#endif

#include "choice.h"
#include "layouts.h"

#endif
