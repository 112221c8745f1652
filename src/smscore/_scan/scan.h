/* A text looked through where it lies in a str, once, for each width of its code points (PEP 393).
 *
 * The law of this file: numbers in, numbers out, and not one octet is read outside the text. What
 * every implementation answers is the same:
 *
 *     narrow, 8 bits    how many characters take two septets, or SMSCORE_UCS2 if the GSM 7 bit
 *                       default alphabet does not have them all
 *     wide, 16 bits     the same; or, for a surrogate at an index, SMSCORE_FAULT(index)
 *     widest, 32 bits   how many code points are past the BMP; or the same fault
 *
 * There is one implementation for each kind of processor; the scalar one is for all of them.
 */
#ifndef SMSCORE_SCAN_H
#define SMSCORE_SCAN_H

/* Which processors there are, and what their compilers call the same things. */
#include "_columns/columns.h"

#define SMSCORE_UCS2 (-1)
/* Its own inverse. */
#define SMSCORE_FAULT(index) (-2 - (index))

typedef struct {
    int64_t (*narrow)(const uint8_t *text, int64_t length);
    int64_t (*wide)(const uint16_t *text, int64_t length);
    int64_t (*widest)(const uint32_t *text, int64_t length);
} smscore_scan;

#define SMSCORE_IS_SURROGATE(point) (((point) & 0xFFFFF800) == 0xD800)

SMSCORE_INLINE int smscore_septets_of(uint32_t unit)
{
    return smscore_septets[smscore_page[unit >> 8] << 8 | (unit & 0xFF)];
}

static int64_t smscore_narrow_scalar(const uint8_t *text, int64_t length)
{
    const uint8_t *takes = smscore_septets + (smscore_page[0] << 8);
    int64_t septets = 0;
    unsigned fewest = 1;
    for (int64_t index = 0; index < length; index++) {
        unsigned each = takes[text[index]];
        septets += each;
        fewest = each < fewest ? each : fewest;
    }
    return fewest ? septets - length : SMSCORE_UCS2;
}

static int64_t smscore_find_surrogate(const uint16_t *text, int64_t index, int64_t length)
{
    for (; index < length; index++)
        if (SMSCORE_IS_SURROGATE(text[index]))
            return SMSCORE_FAULT(index);
    return SMSCORE_UCS2;
}

static int64_t smscore_wide_scalar(const uint16_t *text, int64_t length)
{
    int64_t septets = 0;
    for (int64_t index = 0; index < length; index++) {
        int each = smscore_septets_of(text[index]);
        if (each == 0)
            return smscore_find_surrogate(text, index, length);
        septets += each;
    }
    return septets - length;
}

/* Goes on with a text of which so many code points past the BMP were counted before an index. */
static int64_t smscore_count_on(
    const uint32_t *text, int64_t index, int64_t length, int64_t counted)
{
    for (; index < length; index++) {
        if (SMSCORE_IS_SURROGATE(text[index]))
            return SMSCORE_FAULT(index);
        counted += text[index] > 0xFFFF;
    }
    return counted;
}

static int64_t smscore_widest_scalar(const uint32_t *text, int64_t length)
{
    return smscore_count_on(text, 0, length, 0);
}

static const smscore_scan smscore_scan_scalar = {
    smscore_narrow_scalar, smscore_wide_scalar, smscore_widest_scalar
};

#if defined(SMSCORE_X86)
#include "x86.h"
#endif

/* Gives what goes with the implementation of columns that has this name, which this processor has. */
static const smscore_scan *smscore_find_scan(const char *name)
{
#if defined(SMSCORE_X86)
    if (strcmp(name, "16") == 0)
        return &smscore_scan_16;
    if (strcmp(name, "avx2") == 0)
        return &smscore_scan_avx2;
    if (strcmp(name, "avx512") == 0)
        return &smscore_scan_avx512;
#endif
    (void)name;
    return &smscore_scan_scalar;
}

#endif
