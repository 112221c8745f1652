/* 64 octets marked by looking up their halves, for processors that look up sixteen values at once.
 *
 * The law of this file: it is included for each width, between the definitions of what a vector is
 * and of what can be done with it (SMSCORE_VECTOR and so on) and their end. Looking up takes the
 * value at the lower half of an octet, and 0 for an octet of 0x80 and more.
 */

#define SMSCORE_NAME(name) SMSCORE_JOIN(smscore_##name, SMSCORE_KIND)
#define SMSCORE_LANES ((int)(SMSCORE_BLOCK / sizeof(SMSCORE_VECTOR)))

SMSCORE_TARGET SMSCORE_INLINE void SMSCORE_NAME(mark)(
    const uint8_t *text, smscore_due *due, smscore_marks *marks)
{
    const SMSCORE_VECTOR low = SMSCORE_FILL(0x0F), zero = SMSCORE_FILL(0);
    /* Bit n for the high half n of an octet of ASCII. */
    const SMSCORE_VECTOR high_bits = SMSCORE_TABLE(smscore_high_bits);
    SMSCORE_VECTOR octets[4], highs[4], outside[4], twice[4], all = zero, odd = zero;
    smscore_octets seen;
    for (int lane = 0; lane < SMSCORE_LANES; lane++) {
        SMSCORE_VECTOR bit;
        octets[lane] = SMSCORE_LOAD(text + lane * sizeof(SMSCORE_VECTOR));
        highs[lane] = SMSCORE_AND(SMSCORE_SHIFT_RIGHT_4(octets[lane]), low);
        bit = SMSCORE_LOOK_UP(high_bits, highs[lane]);
        outside[lane]
            = SMSCORE_AND(SMSCORE_LOOK_UP(SMSCORE_TABLE(smscore_ascii_outside), octets[lane]), bit);
        twice[lane]
            = SMSCORE_AND(SMSCORE_LOOK_UP(SMSCORE_TABLE(smscore_ascii_twice), octets[lane]), bit);
        all = SMSCORE_OR(all, octets[lane]);
        odd = SMSCORE_OR(odd, SMSCORE_OR(outside[lane], twice[lane]));
    }
    if (!SMSCORE_ANY_HIGH(all) && !SMSCORE_ANY(odd)) {
        smscore_fold_ascii(0, 0, due, marks);
        return;
    }
    for (int lane = 0; lane < SMSCORE_LANES; lane++) {
        outside[lane] = SMSCORE_EQUAL(outside[lane], zero);
        twice[lane] = SMSCORE_EQUAL(twice[lane], zero);
    }
    seen.high = SMSCORE_HIGH_MASK(octets);
    seen.outside = ~SMSCORE_HIGH_MASK(outside);
    seen.twice = ~SMSCORE_HIGH_MASK(twice);
    if (!seen.high) {
        smscore_fold_ascii(seen.outside, seen.twice, due, marks);
        return;
    }
    {
        SMSCORE_VECTOR tail[4], third[4], fourth[4], pair[4], euro[4], bad = zero;
        for (int lane = 0; lane < SMSCORE_LANES; lane++) {
            const uint8_t *place = text + lane * sizeof(SMSCORE_VECTOR);
            SMSCORE_VECTOR before = SMSCORE_LOAD(place - 1), first = SMSCORE_LOAD(place - 2);
            SMSCORE_VECTOR lead_high = SMSCORE_AND(SMSCORE_SHIFT_RIGHT_4(before), low);
            SMSCORE_VECTOR lead_low = SMSCORE_AND(before, low);
            SMSCORE_VECTOR tail_low = SMSCORE_AND(octets[lane], low);
            tail[lane] = SMSCORE_IS_TAIL(octets[lane]);
            third[lane] = SMSCORE_SHIFT_LEFT(octets[lane], 2);
            fourth[lane] = SMSCORE_SHIFT_LEFT(octets[lane], 3);
            pair[lane] = SMSCORE_AND(
                SMSCORE_AND(
                    SMSCORE_LOOK_UP(SMSCORE_TABLE(smscore_pair_lead), lead_low),
                    SMSCORE_LOOK_UP(SMSCORE_TABLE(smscore_pair_high), highs[lane])),
                SMSCORE_AND(
                    SMSCORE_LOOK_UP(SMSCORE_TABLE(smscore_pair_low), tail_low),
                    SMSCORE_EQUAL(lead_high, SMSCORE_FILL(0x0C))));
            pair[lane] = SMSCORE_EQUAL(pair[lane], zero);
            bad = SMSCORE_OR(
                bad,
                SMSCORE_AND(
                    SMSCORE_AND(
                        SMSCORE_LOOK_UP(SMSCORE_TABLE(smscore_bad_lead_high), lead_high),
                        SMSCORE_LOOK_UP(SMSCORE_TABLE(smscore_bad_lead_low), lead_low)),
                    SMSCORE_LOOK_UP(SMSCORE_TABLE(smscore_bad_high), highs[lane])));
            euro[lane] = SMSCORE_AND(
                SMSCORE_EQUAL(octets[lane], SMSCORE_FILL(SMSCORE_EURO_2)),
                SMSCORE_AND(
                    SMSCORE_EQUAL(before, SMSCORE_FILL(SMSCORE_EURO_1)),
                    SMSCORE_EQUAL(first, SMSCORE_FILL(SMSCORE_EURO_0))));
        }
        seen.tail = SMSCORE_HIGH_MASK(tail);
        seen.third = SMSCORE_HIGH_MASK(third);
        seen.fourth = SMSCORE_HIGH_MASK(fourth);
        seen.pair = ~SMSCORE_HIGH_MASK(pair);
        seen.euro = SMSCORE_HIGH_MASK(euro);
        /* Of a lead and what follows it in the 64: what is before them was looked at before. */
        due->bad |= (uint64_t)SMSCORE_ANY(bad);
        smscore_fold(&seen, due, marks);
    }
}

#undef SMSCORE_NAME
#undef SMSCORE_LANES
