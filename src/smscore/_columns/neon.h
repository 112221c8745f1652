/* 64 octets marked by processors of ARM, 16 at a time.
 *
 * The law of this file: that of x86.h.
 */
#include <arm_neon.h>

#include "marks.h"

/* Gathers the highest bits of 16 octets. */
SMSCORE_INLINE uint64_t smscore_gather_high(uint8x16_t vector)
{
    const uint8x16_t bits = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t high
        = vandq_u8(vcltq_s8(vreinterpretq_s8_u8(vector), vdupq_n_s8(0)), bits);
    return (uint64_t)vaddv_u8(vget_low_u8(high)) | (uint64_t)vaddv_u8(vget_high_u8(high)) << 8;
}

#define SMSCORE_KIND 16
#define SMSCORE_MIXED SMSCORE_BLOCKS
#define SMSCORE_TARGET
#define SMSCORE_VECTOR uint8x16_t
#define SMSCORE_LOAD(place) vld1q_u8(place)
#define SMSCORE_TABLE(table) vld1q_u8(table)
#define SMSCORE_FILL(octet) vdupq_n_u8(octet)
#define SMSCORE_AND vandq_u8
#define SMSCORE_OR vorrq_u8
#define SMSCORE_EQUAL vceqq_u8
#define SMSCORE_LOOK_UP(table, places) vqtbl1q_u8(table, vandq_u8(places, vdupq_n_u8(0x8F)))
#define SMSCORE_SHIFT_RIGHT_4(vector) vshrq_n_u8(vector, 4)
#define SMSCORE_SUBTRACT vqsubq_u8
#define SMSCORE_HIGHER vmaxq_u8
#define SMSCORE_NONZERO(vector) vqaddq_u8(vector, vdupq_n_u8(0x7F))
#define SMSCORE_IS_TAIL(vector) vcltq_s8(vreinterpretq_s8_u8(vector), vdupq_n_s8((int8_t)0xC0))
#define SMSCORE_ANY_HIGH(vector) (vmaxvq_u8(vector) >= 0x80)
#define SMSCORE_ANY(vector) (vmaxvq_u8(vector) != 0)
#define SMSCORE_MASK smscore_gather_high
#include "halves.h"
#include "runs.h"
#include "end.h"
