/* 64 octets marked by looking up their halves, for processors that look up sixteen values at once.
 *
 * The law of this file: it is included for each width, between the definitions of what a vector is
 * and of what can be done with it (SMSCORE_VECTOR and so on) and their end. Looking up takes the
 * value at the lower half of an octet, and 0 for an octet of 0x80 and more.
 */

#define SMSCORE_NAME(name) SMSCORE_JOIN(smscore_##name, SMSCORE_KIND)
#define SMSCORE_WIDTH ((int)sizeof(SMSCORE_VECTOR))
#define SMSCORE_LANES (SMSCORE_BLOCK / SMSCORE_WIDTH)

/* Finds which octets of ASCII are in a set, given by halves: not 0 there. */
SMSCORE_TARGET SMSCORE_INLINE SMSCORE_VECTOR SMSCORE_NAME(find_ascii)(
    SMSCORE_VECTOR octets, SMSCORE_VECTOR high, const uint8_t *set)
{
    return SMSCORE_AND(
        SMSCORE_LOOK_UP(SMSCORE_TABLE(set), octets),
        SMSCORE_LOOK_UP(SMSCORE_TABLE(smscore_high_bits), high));
}

/* Marks the octets of ASCII that are not of the alphabet, or take two septets: they are few. */
SMSCORE_TARGET static void SMSCORE_NAME(mark_odd)(const uint8_t *text, smscore_marks *marks)
{
    const SMSCORE_VECTOR low = SMSCORE_FILL(0x0F);
    for (int lane = 0; lane < SMSCORE_BLOCK; lane += SMSCORE_WIDTH) {
        const SMSCORE_VECTOR octets = SMSCORE_LOAD(text + lane);
        const SMSCORE_VECTOR high = SMSCORE_AND(SMSCORE_SHIFT_RIGHT_4(octets), low);
        const SMSCORE_VECTOR outside
            = SMSCORE_NAME(find_ascii)(octets, high, smscore_ascii_outside);
        const SMSCORE_VECTOR twice = SMSCORE_NAME(find_ascii)(octets, high, smscore_ascii_twice);
        marks->outside |= SMSCORE_MASK(SMSCORE_NONZERO(outside)) << lane;
        marks->twice |= SMSCORE_MASK(SMSCORE_NONZERO(twice)) << lane;
    }
}

/* Marks what begins as the euro does, of which there is little. */
SMSCORE_TARGET static void SMSCORE_NAME(mark_euros)(
    const uint8_t *text, smscore_due *due, smscore_marks *marks)
{
    uint64_t seconds = 0, thirds = 0;
    for (int lane = 0; lane < SMSCORE_BLOCK; lane += SMSCORE_WIDTH) {
        const SMSCORE_VECTOR octets = SMSCORE_LOAD(text + lane);
        const SMSCORE_VECTOR first
            = SMSCORE_EQUAL(SMSCORE_LOAD(text + lane - 1), SMSCORE_FILL(SMSCORE_EURO_0));
        const SMSCORE_VECTOR second = SMSCORE_EQUAL(octets, SMSCORE_FILL(SMSCORE_EURO_1));
        seconds |= SMSCORE_MASK(SMSCORE_AND(first, second)) << lane;
        thirds |= SMSCORE_MASK(SMSCORE_EQUAL(octets, SMSCORE_FILL(SMSCORE_EURO_2))) << lane;
    }
    smscore_mark_euro(seconds, thirds, due, marks);
}

/* Marks octets that are not all ASCII, given their upper halves too. Where none of them begins a
 * character of more than two octets, which `has_more` says, less has to be looked at. */
SMSCORE_TARGET SMSCORE_INLINE void SMSCORE_NAME(mark_wide)(
    const uint8_t *text, const SMSCORE_VECTOR *octets, const SMSCORE_VECTOR *high, int has_more,
    smscore_due *due, smscore_marks *marks)
{
    const SMSCORE_VECTOR low = SMSCORE_FILL(0x0F), zero = SMSCORE_FILL(0);
    SMSCORE_VECTOR bad = zero, euros = zero;
    uint64_t tail = 0, lead = 0, lead3 = 0, lead4 = 0, no_pair = 0;
    for (int lane = 0; lane < SMSCORE_LANES; lane++) {
        const int at = lane * (int)sizeof(SMSCORE_VECTOR);
        const SMSCORE_VECTOR before = SMSCORE_LOAD(text + at - 1);
        const SMSCORE_VECTOR before_high = SMSCORE_AND(SMSCORE_SHIFT_RIGHT_4(before), low);
        const SMSCORE_VECTOR before_low = SMSCORE_AND(before, low);
        const SMSCORE_VECTOR pair = SMSCORE_AND(
            SMSCORE_AND(
                SMSCORE_LOOK_UP(SMSCORE_TABLE(smscore_pair_lead), before_low),
                SMSCORE_LOOK_UP(SMSCORE_TABLE(smscore_pair_high), high[lane])),
            SMSCORE_AND(
                SMSCORE_LOOK_UP(
                    SMSCORE_TABLE(smscore_pair_low), SMSCORE_AND(octets[lane], low)),
                SMSCORE_EQUAL(before_high, SMSCORE_FILL(0x0C))));
        tail |= SMSCORE_MASK(SMSCORE_IS_TAIL(octets[lane])) << at;
        lead |= SMSCORE_MASK(octets[lane]) << at;
        no_pair |= SMSCORE_MASK(SMSCORE_EQUAL(pair, zero)) << at;
        if (!has_more) {
            /* Of the leads of two octets, only 0xC0 and 0xC1 begin nothing. */
            bad = SMSCORE_OR(
                bad,
                SMSCORE_EQUAL(SMSCORE_AND(octets[lane], SMSCORE_FILL(0xFE)), SMSCORE_FILL(0xC0)));
            continue;
        }
        bad = SMSCORE_OR(
            bad,
            SMSCORE_AND(
                SMSCORE_AND(
                    SMSCORE_LOOK_UP(SMSCORE_TABLE(smscore_bad_lead_high), before_high),
                    SMSCORE_LOOK_UP(SMSCORE_TABLE(smscore_bad_lead_low), before_low)),
                SMSCORE_LOOK_UP(SMSCORE_TABLE(smscore_bad_high), high[lane])));
        euros = SMSCORE_OR(
            euros,
            SMSCORE_AND(
                SMSCORE_EQUAL(before, SMSCORE_FILL(SMSCORE_EURO_0)),
                SMSCORE_EQUAL(octets[lane], SMSCORE_FILL(SMSCORE_EURO_1))));
        /* The highest bit is left where an octet is at least so much. */
        lead3 |= SMSCORE_MASK(SMSCORE_SUBTRACT(octets[lane], SMSCORE_FILL(0xE0 - 0x80))) << at;
        lead4 |= SMSCORE_MASK(SMSCORE_SUBTRACT(octets[lane], SMSCORE_FILL(0xF0 - 0x80))) << at;
    }
    due->bad |= (uint64_t)SMSCORE_ANY(bad);
    marks->outside |= no_pair & smscore_check_tails(tail, lead & ~tail, lead3, lead4, due);
    marks->tail = tail;
    marks->astral = lead4;
    if (has_more && SMSCORE_UNLIKELY(due->euro || SMSCORE_ANY_HIGH(euros)))
        SMSCORE_NAME(mark_euros)(text, due, marks);
}

SMSCORE_TARGET SMSCORE_INLINE void SMSCORE_NAME(mark)(
    const uint8_t *text, int is_mixed, smscore_due *due, smscore_marks *marks)
{
    const SMSCORE_VECTOR low = SMSCORE_FILL(0x0F), zero = SMSCORE_FILL(0);
    SMSCORE_VECTOR octets[SMSCORE_LANES], high[SMSCORE_LANES], highest = zero, odd = zero;
    /* With halves all octets cost more to look at than an unforeseen turn does. */
    (void)is_mixed;
    for (int lane = 0; lane < SMSCORE_LANES; lane++) {
        octets[lane] = SMSCORE_LOAD(text + lane * sizeof(SMSCORE_VECTOR));
        high[lane] = SMSCORE_AND(SMSCORE_SHIFT_RIGHT_4(octets[lane]), low);
        highest = SMSCORE_HIGHER(highest, octets[lane]);
        odd = SMSCORE_OR(
            odd, SMSCORE_NAME(find_ascii)(octets[lane], high[lane], smscore_ascii_odd));
    }
    marks->outside = marks->twice = 0;
    if (SMSCORE_UNLIKELY(SMSCORE_ANY(odd)))
        SMSCORE_NAME(mark_odd)(text, marks);
    if (!SMSCORE_ANY_HIGH(highest))
        smscore_mark_ascii(marks->outside, marks->twice, due, marks);
    else if (
        SMSCORE_ANY_HIGH(SMSCORE_SUBTRACT(highest, SMSCORE_FILL(0xE0 - 0x80)))
        || (due->third | due->fourth | due->euro))
        SMSCORE_NAME(mark_wide)(text, octets, high, 1, due, marks);
    else
        SMSCORE_NAME(mark_wide)(text, octets, high, 0, due, marks);
}

#undef SMSCORE_NAME
#undef SMSCORE_WIDTH
#undef SMSCORE_LANES
