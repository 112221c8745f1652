/* The longest prefix of phone numbers: the tables are built, and columns are looked up.
 *
 * The law of this file: that of numbers.h.
 */
#ifndef SMSCORE_PREFIXES_H
#define SMSCORE_PREFIXES_H

#include "numbers.h"

typedef struct {
    const int32_t *direct, *trie, *chains;
    /* How many rows, and how many pairs. */
    int64_t rows, pairs;
} smscore_tables;

typedef struct {
    int32_t *rows;
    int64_t count, room;
} smscore_trie;

static inline int smscore_is_row(int32_t entry)
{
    return entry < SMSCORE_NOTHING && (entry & 1) == 0;
}

static inline int64_t smscore_behind(int32_t entry)
{
    return (-2 - (int64_t)entry) >> 1;
}

/* Puts an entry in its place; the chain behind it goes on with what was there. */
static int smscore_put(int32_t *place, int32_t entry, int32_t *chains, int64_t size)
{
    if (entry < SMSCORE_NOTHING) {
        int64_t at = 2 * smscore_behind(entry);
        if (smscore_is_row(entry))
            return SMSCORE_NO_END;
        while (at + 1 < size && chains[at] >= 0)
            at += 2;
        if (at + 1 >= size)
            return SMSCORE_NO_END;
        if (chains[at + 1] == SMSCORE_INHERIT)
            chains[at + 1] = *place;
    }
    *place = entry;
    return 0;
}

/* Gives the row behind an entry, which is made if there is none; -1 for want of memory. */
static int64_t smscore_descend(smscore_trie *trie, int32_t *entry)
{
    int place;
    if (smscore_is_row(*entry))
        return smscore_behind(*entry);
    for (place = 0; place < SMSCORE_ROW; place++)
        trie->rows[trie->count * SMSCORE_ROW + place] = *entry;
    *entry = (int32_t)(-2 - 2 * trie->count);
    return trie->count++;
}

static int smscore_reserve(smscore_trie *trie)
{
    int32_t *more;
    if (trie->count + SMSCORE_MOST_DIGITS <= trie->room)
        return 0;
    trie->room = 2 * trie->room + 1024;
    more = (int32_t *)realloc(trie->rows, (size_t)trie->room * SMSCORE_ROW * sizeof(int32_t));
    if (more == NULL || trie->room > INT32_MAX / 4)
        return SMSCORE_NO_MEMORY;
    trie->rows = more;
    return 0;
}

static int smscore_add(const uint8_t *prefix, int length, int32_t entry, int32_t *chains,
                       int64_t size, int32_t *direct, smscore_trie *trie)
{
    int32_t *place;
    int32_t lead = 0;
    int digit, known = length < SMSCORE_DIRECT ? length : SMSCORE_DIRECT;
    for (digit = 0; digit < known; digit++)
        lead = 10 * lead + (prefix[digit] - '0');
    place = direct + smscore_levels[known] + lead;
    if (length > known && smscore_reserve(trie) < 0)
        return SMSCORE_NO_MEMORY;
    for (; digit < length; digit++)
        place = trie->rows + smscore_descend(trie, place) * SMSCORE_ROW + (prefix[digit] - '0');
    return smscore_put(place, entry, chains, size);
}

/* Finds where prefixes begin, each behind a line feed; ranks them by length, the shortest first. */
static int smscore_rank(const uint8_t *text, int64_t size, int64_t count, int64_t *starts,
                        int64_t *ranked, int64_t *ends)
{
    int64_t lengths[SMSCORE_MOST_DIGITS + 2] = {0};
    int64_t at = 0, place = 0, length;
    while (at < size) {
        if (text[at++] != '\n' || place == count)
            return SMSCORE_NO_PREFIX;
        starts[place++] = at;
        for (length = 0; at < size && text[at] != '\n'; at++, length++)
            if (text[at] < '0' || text[at] > '9')
                return SMSCORE_NO_PREFIX;
        if (length < 1 || length > SMSCORE_MOST_DIGITS)
            return SMSCORE_NO_PREFIX;
        lengths[length + 1]++;
    }
    if (place != count)
        return SMSCORE_NO_PREFIX;
    starts[count] = size + 1;
    for (length = 1; length <= SMSCORE_MOST_DIGITS + 1; length++)
        lengths[length] += lengths[length - 1];
    for (length = 0; length <= SMSCORE_MOST_DIGITS; length++)
        ends[length] = lengths[length + 1];
    for (place = 0; place < count; place++)
        ranked[lengths[starts[place + 1] - 1 - starts[place]]++] = place;
    return 0;
}

/* What a shorter prefix has, all have that are longer, until one has its own. */
static void smscore_inherit(const int32_t *above, int32_t *below, int32_t count)
{
    int32_t place;
    int digit;
    for (place = 0; place < count; place++)
        for (digit = 0; digit < 10; digit++)
            below[10 * place + digit] = above[place];
}

static int smscore_build(const uint8_t *text, int64_t size, const int32_t *entries, int64_t count,
                         int32_t *chains, int64_t chained, int32_t *direct, smscore_trie *trie)
{
    int64_t ends[SMSCORE_MOST_DIGITS + 1];
    int64_t *starts = (int64_t *)malloc((2 * (size_t)count + 1) * sizeof(int64_t));
    int64_t *ranked = starts + count + 1;
    int64_t next = 0;
    int length, fault = starts == NULL ? SMSCORE_NO_MEMORY : 0;
    if (!fault)
        fault = smscore_rank(text, size, count, starts, ranked, ends);
    direct[0] = SMSCORE_NOTHING;
    for (length = 1; length <= SMSCORE_MOST_DIGITS && !fault; length++) {
        if (length <= SMSCORE_DIRECT)
            smscore_inherit(direct + smscore_levels[length - 1], direct + smscore_levels[length],
                            smscore_levels[length] - smscore_levels[length - 1]);
        for (; next < ends[length] && !fault; next++)
            fault = smscore_add(text + starts[ranked[next]], length, entries[ranked[next]], chains,
                                chained, direct, trie);
    }
    free(starts);
    return fault;
}

/* Where the direct table has the first digits of a numeral. */
static inline int32_t smscore_lead(uint64_t numeral)
{
    int length = (int)numeral & 0xF;
    uint32_t digits;
    length = length < SMSCORE_DIRECT ? length : SMSCORE_DIRECT;
    digits = length ? (uint32_t)(numeral >> 4 * (16 - length)) : 0;
    digits -= 6 * (digits >> 4 & 0x0F0F0F);
    digits = (digits >> 16) * 10000 + (digits >> 8 & 0xFF) * 100 + (digits & 0xFF);
    digits += (uint32_t)smscore_levels[length];
    /* Digits above nine are none of a numeral. */
    return digits < SMSCORE_DIRECT_SIZE ? (int32_t)digits : 0;
}

/* Follows chains to the leaf of a place; tables that are broken end in nothing. */
static int32_t smscore_unchain(int32_t entry, int place, const smscore_tables *tables)
{
    int hops;
    for (hops = 0; hops < SMSCORE_ROW && entry < SMSCORE_NOTHING; hops++) {
        int64_t at = smscore_behind(entry);
        while (at < tables->pairs && tables->chains[2 * at] != place && tables->chains[2 * at] >= 0)
            at++;
        entry = smscore_is_row(entry) || at >= tables->pairs ? SMSCORE_NOTHING
                                                             : tables->chains[2 * at + 1];
    }
    return entry < SMSCORE_NOTHING ? SMSCORE_NOTHING : entry;
}

static inline int32_t smscore_step(int32_t entry, uint64_t numeral, int digit,
                                   const smscore_tables *tables)
{
    int64_t row = smscore_behind(entry);
    return row < tables->rows ? tables->trie[row * SMSCORE_ROW + smscore_digit(numeral, digit)]
                              : SMSCORE_NOTHING;
}

static void smscore_find_block(const uint64_t *numerals, const int16_t *places, int count,
                               const smscore_tables *tables, const int32_t *fallbacks,
                               int64_t fallback_count, int32_t *rates)
{
    int row, digit, left = 0;
    int waiting[SMSCORE_AT_ONCE];
    for (row = 0; row < count; row++) {
        rates[row] = smscore_lead(numerals[row]);
        SMSCORE_FETCH(tables->direct + rates[row]);
    }
    for (row = 0; row < count; row++) {
        int32_t entry = tables->direct[rates[row]];
        rates[row] = entry;
        waiting[left] = row;
        left += smscore_is_row(entry);
        if (smscore_is_row(entry))
            SMSCORE_FETCH(tables->trie + smscore_behind(entry) * SMSCORE_ROW);
    }
    for (digit = SMSCORE_DIRECT; left && digit < SMSCORE_MOST_DIGITS; digit++) {
        int still = 0, place;
        for (place = 0; place < left; place++) {
            int32_t entry = smscore_step(rates[waiting[place]], numerals[waiting[place]], digit, tables);
            rates[waiting[place]] = entry;
            waiting[still] = waiting[place];
            still += smscore_is_row(entry);
            if (smscore_is_row(entry))
                SMSCORE_FETCH(tables->trie + smscore_behind(entry) * SMSCORE_ROW);
        }
        left = still;
    }
    for (row = 0; row < count; row++) {
        int place = places == NULL ? -1 : places[row];
        int known = (numerals[row] & 0xF) != 0 && place >= -1 && place + 1 < fallback_count;
        int32_t entry = rates[row];
        if (entry < SMSCORE_NOTHING)
            entry = smscore_unchain(entry, place, tables);
        if (entry == SMSCORE_NOTHING && known)
            entry = fallbacks[place + 1];
        rates[row] = known ? entry : SMSCORE_NOTHING;
    }
}

static void smscore_find(const uint64_t *numerals, const int16_t *places, int64_t count,
                         const smscore_tables *tables, const int32_t *fallbacks,
                         int64_t fallback_count, int32_t *rates)
{
    int64_t first;
    for (first = 0; first < count; first += SMSCORE_AT_ONCE) {
        int64_t left = count - first;
        smscore_find_block(numerals + first, places == NULL ? NULL : places + first,
                           left < SMSCORE_AT_ONCE ? (int)left : SMSCORE_AT_ONCE, tables, fallbacks,
                           fallback_count, rates + first);
    }
}

#endif
