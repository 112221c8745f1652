/* A text read octet by octet: the scalar implementation, and the judge of what may be no UTF-8.
 *
 * The law of this file: UTF-8 is what RFC 3629 says. Surrogate code points, written as if they were
 * characters, are told apart from what is no encoding of anything.
 */

/* Counts, four in one: octets of a character behind its first, then what makes a text another
 * alphabet's, what takes two septets, and what takes two 16-bit units. A character adds at most one
 * to each, and they are taken out before one can overflow. */
#define SMSCORE_TAIL UINT64_C(1)
#define SMSCORE_OUTSIDE (UINT64_C(1) << 16)
#define SMSCORE_TWICE (UINT64_C(1) << 32)
#define SMSCORE_ASTRAL (UINT64_C(1) << 48)
#define SMSCORE_COUNT(counts, unit) ((int64_t)((counts) / (unit) & 0xFFFF))

SMSCORE_INLINE int smscore_is_tail(uint8_t octet)
{
    return (octet & 0xC0) == 0x80;
}

/* Reads a character of several octets. Returns how many it has, 0 if it is none; adds its counts.
 * The octets that are not there count as 0, which no tail is. */
static int smscore_read_character(
    const uint8_t *text, int64_t left, uint64_t *counts, int *is_surrogate)
{
    uint8_t lead = text[0], second = 0, third = 0, fourth = 0;
    uint8_t common;
    if (left > 1)
        second = text[1];
    if (left > 2)
        third = text[2];
    if (left > 3)
        fourth = text[3];
    if (lead < 0xC0 || !smscore_is_tail(second))
        return 0;
    common = smscore_lead_bits[lead & 63] & smscore_tail_bits[second & 63];
    if (SMSCORE_UNLIKELY(common & ~SMSCORE_PAIR)) {
        if (lead != 0xED || !smscore_is_tail(third))
            return 0;
        *is_surrogate = 1;
        return 3;
    }
    if (lead < 0xE0) {
        *counts += SMSCORE_TAIL + (common ? 0 : SMSCORE_OUTSIDE);
        return 2;
    }
    if (!smscore_is_tail(third))
        return 0;
    if (lead < 0xF0) {
        int is_euro = lead == SMSCORE_EURO_0 && second == SMSCORE_EURO_1
                      && third == SMSCORE_EURO_2;
        *counts += 2 * SMSCORE_TAIL + (is_euro ? SMSCORE_TWICE : SMSCORE_OUTSIDE);
        return 3;
    }
    if (!smscore_is_tail(fourth))
        return 0;
    *counts += 3 * SMSCORE_TAIL + SMSCORE_OUTSIDE + SMSCORE_ASTRAL;
    return 4;
}

/* Measures one text, whatever it is. Returns 1 if it has no alphabet, -1 if it is too long, or 0. */
static int64_t smscore_measure_octets(
    const uint8_t *text, int64_t length, const smscore_terms *terms, smscore_results results,
    int64_t row)
{
    static const uint64_t weights[4] = {0, SMSCORE_OUTSIDE, SMSCORE_TWICE, 0};
    int64_t place = 0, tails = 0, outside = 0, twice = 0, astral = 0;
    int is_surrogate = 0;
    while (place < length) {
        /* A character has at most three tails: so many octets cannot overflow a count. */
        const int64_t stop = length - place > 0x4000 ? place + 0x4000 : length;
        uint64_t counts = 0;
        while (place < stop) {
            const uint8_t *const next = text + place;
            uint64_t eight;
            int read;
            if (next[0] < 0x80) {
                counts += weights[smscore_ascii[next[0]]];
                place++;
                while (stop - place >= 8) {
                    memcpy(&eight, text + place, 8);
                    if (eight & UINT64_C(0x8080808080808080))
                        break;
                    for (int octet = 0; octet < 8; octet++)
                        counts += weights[smscore_ascii[text[place + octet]]];
                    place += 8;
                }
                continue;
            }
            /* The usual ones first: two or three octets that are far from the end. */
            if (length - place > 2 && smscore_is_tail(next[1])) {
                const uint8_t common
                    = smscore_lead_bits[next[0] & 63] & smscore_tail_bits[next[1] & 63];
                if (next[0] >= 0xC0 && next[0] < 0xE0 && !(common & ~SMSCORE_PAIR)) {
                    counts += SMSCORE_TAIL + (common ? 0 : SMSCORE_OUTSIDE);
                    place += 2;
                    continue;
                }
                if (next[0] >= 0xE0 && next[0] < 0xF0 && !common && smscore_is_tail(next[2])) {
                    counts += 2 * SMSCORE_TAIL + SMSCORE_OUTSIDE;
                    place += 3;
                    continue;
                }
            }
            read = smscore_read_character(next, length - place, &counts, &is_surrogate);
            if (SMSCORE_UNLIKELY(read == 0))
                return smscore_settle_fault(SMSCORE_UNDECODABLE, results, row);
            place += read;
        }
        tails += SMSCORE_COUNT(counts, SMSCORE_TAIL);
        outside += SMSCORE_COUNT(counts, SMSCORE_OUTSIDE);
        twice += SMSCORE_COUNT(counts, SMSCORE_TWICE);
        astral += SMSCORE_COUNT(counts, SMSCORE_ASTRAL);
    }
    if (SMSCORE_UNLIKELY(is_surrogate))
        return smscore_settle_fault(SMSCORE_SURROGATE, results, row);
    return smscore_settle(
        text, length, length - tails, outside, twice, astral, terms, results, row);
}

static int64_t smscore_run_scalar(
    const uint8_t *text, const int64_t *ends, int64_t count, const smscore_terms *terms,
    smscore_results results)
{
    int64_t faults = 0, start = 0;
    for (int64_t row = 0; row < count; row++) {
        int64_t found
            = smscore_measure_octets(text + start, ends[row] - start, terms, results, row);
        if (SMSCORE_UNLIKELY(found < 0))
            return -1;
        faults += found;
        start = ends[row];
    }
    return faults;
}
