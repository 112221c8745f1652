/* What is seen in 64 octets, and what is counted of it.
 *
 * The law of this file: octets are bits of a word here, whatever processor has looked at them. That
 * every lead of UTF-8 has its tails is seen from these bits alone.
 */
#ifndef SMSCORE_COLUMNS_MARKS_H
#define SMSCORE_COLUMNS_MARKS_H

enum { SMSCORE_BLOCK = 64, SMSCORE_BLOCKS = 128, SMSCORE_BEFORE = 2, SMSCORE_AHEAD = 2048 };

/* What is so of each of 64 octets, bit 0 for the first: it is not of ASCII; it is a tail, that is,
 * not the first of its character; as a lead it has more than one tail, more than two; it makes a
 * text another alphabet's; it takes two septets; with the one before it is a character of two
 * octets of the alphabet; with the two before it is the euro. The last six are only looked at where
 * the others allow. */
typedef struct {
    uint64_t high, tail, third, fourth, outside, twice, pair, euro;
} smscore_octets;

/* Of each octet what is counted; and the counts before the first, as SMSCORE_TAIL and so on say. */
typedef struct {
    uint64_t tail, outside, twice, astral, before;
} smscore_marks;

/* Of the block before: the tails that are due, as bits of the next, by the number of the tail; and
 * those that are the only one. `bad` is not 0 if something was no UTF-8. */
typedef struct {
    uint64_t second, third, fourth, only, bad;
} smscore_due;

/* Bit n for the high half n of an octet of ASCII. */
SMSCORE_ALIGNED static const uint8_t smscore_high_bits[16] = {1, 2, 4, 8, 16, 32, 64, 128};

/* Turns what was seen into what is counted, and sees to it that every lead has its tails. */
SMSCORE_INLINE void smscore_fold(
    const smscore_octets *seen, smscore_due *due, smscore_marks *marks)
{
    uint64_t lead = seen->high & ~seen->tail;
    uint64_t lead3 = lead & seen->third, lead4 = lead3 & seen->fourth, lead2 = lead & ~lead3;
    uint64_t second = lead << 1 | due->second, third = lead3 << 2 | due->third;
    uint64_t fourth = lead4 << 3 | due->fourth, only = lead2 << 1 | due->only;
    due->bad |= seen->tail ^ (second | third | fourth);
    marks->tail = seen->tail;
    marks->outside = seen->outside | (only & ~seen->pair) | (third & ~seen->euro);
    marks->twice = seen->twice | seen->euro;
    marks->astral = lead4;
    due->second = lead >> 63;
    due->third = lead3 >> 62;
    due->fourth = lead4 >> 61;
    due->only = lead2 >> 63;
}

/* As above, where all 64 octets are of ASCII. */
SMSCORE_INLINE void smscore_fold_ascii(
    uint64_t outside, uint64_t twice, smscore_due *due, smscore_marks *marks)
{
    due->bad |= due->second | due->third | due->fourth;
    due->second = due->third = due->fourth = due->only = 0;
    marks->tail = marks->astral = 0;
    marks->outside = outside;
    marks->twice = twice;
}

#if defined(_MSC_VER) && !defined(__clang__)
#include <intrin.h>
SMSCORE_INLINE uint64_t smscore_count_bits(uint64_t bits)
{
#if defined(_M_X64)
    return __popcnt64(bits);
#else
    return neon_addv8(neon_cnt(__uint64ToN64_v(bits))).n8_i8[0];
#endif
}
#else
#define smscore_count_bits(bits) ((uint64_t)__builtin_popcountll(bits))
#endif

SMSCORE_INLINE uint64_t smscore_count(
    uint64_t tail, uint64_t outside, uint64_t twice, uint64_t astral)
{
    return smscore_count_bits(tail) * SMSCORE_TAIL + smscore_count_bits(outside) * SMSCORE_OUTSIDE
           + smscore_count_bits(twice) * SMSCORE_TWICE
           + smscore_count_bits(astral) * SMSCORE_ASTRAL;
}

/* Gives the counts before an octet of a tile. */
SMSCORE_INLINE uint64_t smscore_count_before(const smscore_marks *marks, int64_t place)
{
    const smscore_marks *block = marks + place / SMSCORE_BLOCK;
    uint64_t before = (UINT64_C(1) << (place % SMSCORE_BLOCK)) - 1;
    return block->before
           + smscore_count(
               block->tail & before, block->outside & before, block->twice & before,
               block->astral & before);
}

/* What is known of a text that begins in an earlier tile; whether one of them was no UTF-8. */
typedef struct {
    int64_t tails, outside, twice, astral;
    int is_bad;
} smscore_carried;

SMSCORE_INLINE void smscore_carry(smscore_carried *carried, uint64_t counts)
{
    carried->tails += SMSCORE_COUNT(counts, SMSCORE_TAIL);
    carried->outside += SMSCORE_COUNT(counts, SMSCORE_OUTSIDE);
    carried->twice += SMSCORE_COUNT(counts, SMSCORE_TWICE);
    carried->astral += SMSCORE_COUNT(counts, SMSCORE_ASTRAL);
}

#endif
