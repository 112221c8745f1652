/* What is counted of 64 octets, and what of them is not finished yet.
 *
 * The law of this file: an octet is a bit of a word here, whatever processor has looked at it.
 */
#ifndef SMSCORE_COLUMNS_MARKS_H
#define SMSCORE_COLUMNS_MARKS_H

/* SMSCORE_BEFORE octets in front of those 64 can be read; so many are fetched ahead of time. */
enum {
    SMSCORE_BLOCK = 64,
    SMSCORE_BLOCKS = 128,
    SMSCORE_BEFORE = 4,
    SMSCORE_AHEAD = 2048
};

/* Of each octet what is counted; and the counts before the first, as SMSCORE_TAIL and so on say. A
 * bit may stand at any octet of its character. */
typedef struct {
    uint64_t tail, outside, twice, astral, before;
} smscore_marks;

/* What the octets so far leave to those that follow: which of these are due as tails, bit 0 for the
 * first, by the number of the tail in its character; and whether they end in the first two octets
 * of the euro. `bad` is not 0 if something was no UTF-8; `mixed` counts the blocks that were not all
 * ASCII. */
typedef struct {
    uint64_t second, third, fourth, euro, bad;
    int64_t mixed;
} smscore_due;

/* Bit n for the high half n of an octet of ASCII. */
SMSCORE_ALIGNED static const uint8_t smscore_high_bits[16] = {1, 2, 4, 8, 16, 32, 64, 128};

/* Marks 64 octets of ASCII, of which some are not of the alphabet and some take two septets. */
SMSCORE_INLINE void smscore_mark_ascii(
    uint64_t outside, uint64_t twice, smscore_due *due, smscore_marks *marks)
{
    due->bad |= due->second | due->third | due->fourth;
    due->second = due->third = due->fourth = due->euro = 0;
    marks->tail = marks->astral = 0;
    marks->outside = outside;
    marks->twice = twice;
}

/* Marks what begins as the euro does: at its third octet, whose second ones and whose possible
 * third ones are given. */
SMSCORE_INLINE void smscore_mark_euro(
    uint64_t seconds, uint64_t thirds, smscore_due *due, smscore_marks *marks)
{
    const uint64_t places = seconds << 1 | due->euro;
    marks->twice |= places & thirds;
    marks->outside = (marks->outside & ~seconds) | (places & ~thirds);
    due->euro = seconds >> 63;
}

/* Holds tails against the leads with one tail or more, with two or more, and with three. Returns
 * where the first tails of leads are. */
SMSCORE_INLINE uint64_t smscore_check_tails(
    uint64_t tail, uint64_t lead, uint64_t lead3, uint64_t lead4, smscore_due *due)
{
    const uint64_t second = lead << 1 | due->second, third = lead3 << 2 | due->third;
    const uint64_t fourth = lead4 << 3 | due->fourth;
    due->bad |= tail ^ (second | third | fourth);
    due->second = lead >> 63;
    due->third = lead3 >> 62;
    due->fourth = lead4 >> 61;
    return second;
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

/* Gives the counts before an octet of a tile, and notes in bit 0 of `split` if it is a tail: then a
 * character was cut in two. What is marked in the tile is 0 for nothing, 1 for nothing that takes
 * two units, else 2. */
SMSCORE_INLINE uint64_t smscore_count_before(
    const smscore_marks *marks, int marked, uint64_t place, uint64_t *split)
{
    const smscore_marks *block = marks + place / SMSCORE_BLOCK;
    const uint64_t at = place % SMSCORE_BLOCK, before = (UINT64_C(1) << at) - 1;
    if (marked == 0)
        return 0;
    *split |= block->tail >> at;
    if (marked == 1)
        return block->before + smscore_count(block->tail & before, block->outside & before, 0, 0);
    return block->before
           + smscore_count(
               block->tail & before, block->outside & before, block->twice & before,
               block->astral & before);
}

/* Writes down what a text takes that lies in one tile, whose counts are given. */
SMSCORE_INLINE void smscore_settle_counts(
    const uint8_t *text, int64_t length, uint64_t counts, int marked, const smscore_terms *terms,
    smscore_results results, int64_t row)
{
    const int alphabet = SMSCORE_COUNT(counts, SMSCORE_OUTSIDE) != 0;
    /* The count of what takes two units of the alphabet. */
    const int64_t pairs
        = marked == 2 ? (int64_t)(counts >> (alphabet ? 48 : 32) & 0xFFFF) : 0;
    const int64_t units = length - SMSCORE_COUNT(counts, SMSCORE_TAIL) + pairs;
    smscore_write(text, length, alphabet, units, pairs, terms, results, row);
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
