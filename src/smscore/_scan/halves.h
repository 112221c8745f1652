/* Texts looked through by processors that look up sixteen values at once, by halves of an octet.
 *
 * The law of this file: it is included for each width, with the vector and its operations defined,
 * and undefines them. SMSCORE_SHORTER names the implementation for a text shorter than a vector.
 * Looking up takes the value at the lower half of an octet, and 0 for an octet of 0x80 and more.
 */

SMSCORE_TARGET static int64_t SMSCORE_SCAN(narrow)(const uint8_t *text, int64_t length)
{
    const int64_t size = sizeof(SMSCORE_VECTOR);
    const SMSCORE_VECTOR lower = SMSCORE_OP(set1_epi8)(0x0F), zero = SMSCORE_BITS(setzero)();
    const SMSCORE_VECTOR top = SMSCORE_OP(set1_epi8)((char)0x80);
    const SMSCORE_VECTOR bits = SMSCORE_TABLE(smscore_half_bits);
    const SMSCORE_VECTOR outside = SMSCORE_TABLE(smscore_outside_halves[0]);
    const SMSCORE_VECTOR outside_high = SMSCORE_TABLE(smscore_outside_halves[1]);
    const SMSCORE_VECTOR twice = SMSCORE_TABLE(smscore_twice_halves[0]);
    const uint32_t all = (uint32_t)(((uint64_t)1 << size) - 1);
    SMSCORE_VECTOR bad = zero;
    int64_t pairs = 0;
    if (length < size)
        return SMSCORE_SHORTER(narrow)(text, length);
    for (int64_t index = 0; index < length; index += size) {
        /* The last vector has the last octets, of which the first may have been counted. */
        const int64_t start = index <= length - size ? index : length - size;
        const SMSCORE_VECTOR octets = SMSCORE_LOAD(text + start);
        const SMSCORE_VECTOR bit = SMSCORE_OP(shuffle_epi8)(
            bits, SMSCORE_BITS(and)(SMSCORE_OP(srli_epi16)(octets, 4), lower));
        const SMSCORE_VECTOR absent = SMSCORE_BITS(or)(
            SMSCORE_OP(shuffle_epi8)(outside, octets),
            SMSCORE_OP(shuffle_epi8)(outside_high, SMSCORE_BITS(xor)(octets, top)));
        const SMSCORE_VECTOR single = SMSCORE_OP(cmpeq_epi8)(
            SMSCORE_BITS(and)(SMSCORE_OP(shuffle_epi8)(twice, octets), bit), zero);
        bad = SMSCORE_BITS(or)(bad, SMSCORE_BITS(and)(absent, bit));
        pairs += _mm_popcnt_u32(
            (~(uint32_t)SMSCORE_OP(movemask_epi8)(single) & all) >> (index - start));
    }
    if ((uint32_t)SMSCORE_OP(movemask_epi8)(SMSCORE_OP(cmpeq_epi8)(bad, zero)) != all)
        return SMSCORE_UCS2;
    return pairs;
}

SMSCORE_TARGET static int64_t SMSCORE_SCAN(wide)(const uint16_t *text, int64_t length)
{
    const int64_t size = sizeof(SMSCORE_VECTOR) / sizeof(uint16_t);
    const SMSCORE_VECTOR zero = SMSCORE_BITS(setzero)();
    const SMSCORE_VECTOR widest_narrow = SMSCORE_OP(set1_epi16)(0xFF);
    const SMSCORE_VECTOR greek = SMSCORE_OP(set1_epi16)(0x390);
    const SMSCORE_VECTOR greeks = SMSCORE_OP(set1_epi16)(0x1F);
    const SMSCORE_VECTOR euro = SMSCORE_OP(set1_epi16)(0x20AC);
    SMSCORE_VECTOR odd = zero;
    int64_t index = 0;
    int foreign = 0;
    if (length < size)
        return SMSCORE_SHORTER(wide)(text, length);
    for (; index < length && !foreign; index += size) {
        const int64_t start = index <= length - size ? index : length - size;
        const SMSCORE_VECTOR units = SMSCORE_LOAD(text + start);
        const SMSCORE_VECTOR known = SMSCORE_BITS(or)(
            SMSCORE_OP(cmpeq_epi16)(SMSCORE_OP(subs_epu16)(units, widest_narrow), zero),
            SMSCORE_BITS(or)(
                SMSCORE_OP(cmpeq_epi16)(
                    SMSCORE_OP(subs_epu16)(SMSCORE_OP(sub_epi16)(units, greek), greeks), zero),
                SMSCORE_OP(cmpeq_epi16)(units, euro)));
        foreign = SMSCORE_OP(movemask_epi8)(
            SMSCORE_OP(cmpeq_epi16)(known, zero));
    }
    if (!foreign)
        return smscore_wide_scalar(text, length);
    for (index -= size; index < length; index += size) {
        const int64_t start = index <= length - size ? index : length - size;
        odd = SMSCORE_BITS(or)(
            odd,
            SMSCORE_OP(cmpeq_epi16)(
                SMSCORE_BITS(and)(
                    SMSCORE_LOAD(text + start), SMSCORE_OP(set1_epi16)((short)0xF800)),
                SMSCORE_OP(set1_epi16)((short)0xD800)));
    }
    if (SMSCORE_OP(movemask_epi8)(odd))
        return smscore_find_surrogate(text, 0, length);
    return SMSCORE_UCS2;
}

SMSCORE_TARGET static int64_t SMSCORE_SCAN(widest)(const uint32_t *text, int64_t length)
{
    const int64_t size = sizeof(SMSCORE_VECTOR) / sizeof(uint32_t);
    SMSCORE_VECTOR odd = SMSCORE_BITS(setzero)();
    int64_t index = 0, past = 0;
    for (; index <= length - size; index += size) {
        const SMSCORE_VECTOR points = SMSCORE_LOAD(text + index);
        odd = SMSCORE_BITS(or)(
            odd,
            SMSCORE_OP(cmpeq_epi32)(
                SMSCORE_BITS(and)(points, SMSCORE_OP(set1_epi32)((int)0xFFFFF800)),
                SMSCORE_OP(set1_epi32)(0xD800)));
        past += _mm_popcnt_u32((uint32_t)SMSCORE_OP(movemask_epi8)(
            SMSCORE_OP(cmpgt_epi32)(points, SMSCORE_OP(set1_epi32)(0xFFFF))));
    }
    if (SMSCORE_OP(movemask_epi8)(odd))
        return smscore_count_on(text, 0, length, 0);
    /* A mask has a bit for each octet of the four. */
    return smscore_count_on(text, index, length, past >> 2);
}

#undef SMSCORE_SCAN
#undef SMSCORE_SHORTER
#undef SMSCORE_TARGET
#undef SMSCORE_VECTOR
#undef SMSCORE_LOAD
#undef SMSCORE_TABLE
#undef SMSCORE_OP
#undef SMSCORE_BITS
