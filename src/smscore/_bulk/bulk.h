/* What the bulk path asks of octets and of columns beside their measure: whether octets are UTF-8,
 * where quotation marks are astray, which messages came before, and which characters force UCS-2.
 *
 * The law of this file: nothing outside of what is handed over is read or written, and no memory is
 * kept. Whoever calls has checked the sizes. */

#ifndef SMSCORE_BULK_H
#define SMSCORE_BULK_H

#include <stdint.h>
#include <string.h>

#if defined(_MSC_VER) && defined(_M_X64)
#include <intrin.h>
#endif

#define SMSCORE_ONES UINT64_C(0x0101010101010101)
#define SMSCORE_TOPS UINT64_C(0x8080808080808080)

static inline uint64_t smscore_load_word(const uint8_t *octets)
{
    uint64_t word;
    memcpy(&word, octets, sizeof word);
    return word;
}

/* Any octet of a word that is the one given; which of them is not told. */
static inline uint64_t smscore_has(uint64_t word, uint8_t octet)
{
    uint64_t other = word ^ (SMSCORE_ONES * octet);
    return (other - SMSCORE_ONES) & ~other & SMSCORE_TOPS;
}

/* The length of the character that begins here; 0 if it is none, is cut off, or is one of the last
 * 256 code points, which stand for octets that are no UTF-8. */
static inline int smscore_sound_length(const uint8_t *at, int64_t left)
{
    uint8_t lead = at[0], second;
    if (lead < 0x80)
        return 1;
    if (lead < 0xC2 || lead > 0xF4 || left < 2)
        return 0;
    second = at[1];
    if ((second & 0xC0) != 0x80)
        return 0;
    if (lead < 0xE0)
        return 2;
    if (left < 3 || (at[2] & 0xC0) != 0x80)
        return 0;
    if (lead < 0xF0)
        return (lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) ? 0 : 3;
    if (left < 4 || (at[3] & 0xC0) != 0x80)
        return 0;
    if ((lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F))
        return 0;
    return lead == 0xF4 && second == 0x8F && at[2] >= 0xBC ? 0 : 4;
}

/* How many octets are sound UTF-8, from the first on. */
static int64_t smscore_find_unsound(const uint8_t *octets, int64_t size)
{
    int64_t at = 0;
    int length;
    while (at < size) {
        while (at + 16 <= size
               && !((smscore_load_word(octets + at) | smscore_load_word(octets + at + 8)) & SMSCORE_TOPS))
            at += 16;
        while (at < size && octets[at] < 0x80)
            at++;
        while (at < size && octets[at] >= 0x80) {
            length = smscore_sound_length(octets + at, size - at);
            if (!length)
                return at;
            at += length;
        }
    }
    return at;
}

typedef struct {
    int64_t at;    /* where to go on */
    int64_t start; /* where the token begins that stopped the search */
    int64_t rows;  /* the ends of rows that were passed */
    int kind;      /* 0 nothing more, 1 astray, 2 open to the end, 3 cut off by the end */
} smscore_watch;

static inline int64_t smscore_skip_plain(const uint8_t *octets, int64_t at, int64_t size)
{
    uint64_t word;
    while (at + 8 <= size) {
        word = smscore_load_word(octets + at);
        if (smscore_has(word, '"') | smscore_has(word, '\n') | smscore_has(word, '\r'))
            break;
        at += 8;
    }
    while (at < size && octets[at] != '"' && octets[at] != '\n' && octets[at] != '\r')
        at++;
    return at;
}

/* Goes on from `at`, which is at least 1, to the next quoted cell that is astray, or to the end. */
static void smscore_watch_quotes(
    const uint8_t *octets, int64_t size, uint8_t delimiter, int is_last, smscore_watch *found)
{
    int64_t at = found->at, start;
    const uint8_t *mark;
    uint8_t before;
    found->rows = 0;
    for (;;) {
        at = smscore_skip_plain(octets, at, size);
        if (at >= size)
            break;
        start = at;
        if (octets[at] != '"') {
            while (at < size && (octets[at] == '\n' || octets[at] == '\r'))
                at++;
            if (at == size && !is_last) {
                found->start = start;
                found->kind = 3;
                return;
            }
            found->rows++;
            continue;
        }
        before = octets[at - 1];
        if (before != delimiter && before != '\n' && before != '\r') {
            at++;
            continue;
        }
        at++;
        for (;;) {
            mark = at < size ? memchr(octets + at, '"', (size_t) (size - at)) : NULL;
            if (mark == NULL) {
                found->start = start;
                found->at = size;
                found->kind = 2;
                return;
            }
            at = mark - octets + 1;
            if (at < size && octets[at] == '"') {
                at++;
                continue;
            }
            break;
        }
        if (at == size) {
            if (is_last)
                break;
            found->start = start;
            found->kind = 3;
            return;
        }
        if (octets[at] != delimiter && octets[at] != '\n' && octets[at] != '\r') {
            found->start = start;
            found->at = at;
            found->kind = 1;
            return;
        }
    }
    found->at = size;
    found->kind = 0;
}

/* The line breaks of octets, CR LF being one. */
static int64_t smscore_count_breaks(const uint8_t *octets, int64_t size)
{
    int64_t at = 0, breaks = 0;
    int place;
    /* Sums of one octet, which a compiler adds many of at once. */
    while (at + 129 <= size) {
        uint8_t sum = 0;
        for (place = 0; place < 128; place++)
            sum += (uint8_t) ((octets[at + place] == '\n')
                | ((octets[at + place] == '\r') & (octets[at + place + 1] != '\n')));
        breaks += sum;
        at += 128;
    }
    for (; at < size; at++)
        breaks += octets[at] == '\n'
            || (octets[at] == '\r' && (at + 1 == size || octets[at + 1] != '\n'));
    return breaks;
}

/* The two halves of a product of 128 bits, one upon the other. */
static inline uint64_t smscore_mix(uint64_t a, uint64_t b)
{
#if defined(__SIZEOF_INT128__)
    unsigned __int128 product = (unsigned __int128) a * b;
    return (uint64_t) product ^ (uint64_t) (product >> 64);
#elif defined(_MSC_VER) && defined(_M_X64)
    uint64_t high, low = _umul128(a, b, &high);
    return low ^ high;
#else
    uint64_t a0 = a & 0xFFFFFFFF, a1 = a >> 32, b0 = b & 0xFFFFFFFF, b1 = b >> 32;
    uint64_t low = a0 * b0, one = a1 * b0, other = a0 * b1;
    uint64_t middle = (low >> 32) + (one & 0xFFFFFFFF) + (other & 0xFFFFFFFF);
    uint64_t high = a1 * b1 + (one >> 32) + (other >> 32) + (middle >> 32);
    return high ^ ((middle << 32) | (low & 0xFFFFFFFF));
#endif
}

static inline uint64_t smscore_word(const uint8_t *octets, int64_t size)
{
    uint64_t word = 0;
    int64_t place;
    for (place = 0; place < size && place < 8; place++)
        word |= (uint64_t) octets[place] << (8 * place);
    return word;
}

static inline uint64_t smscore_whole_word(const uint8_t *octets)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return smscore_word(octets, 8);
#else
    return smscore_load_word(octets);
#endif
}

/* The key of a message: its number and its text, under a secret of two words. It is never 0. */
static inline uint64_t smscore_key(
    uint64_t number, const uint8_t *text, int64_t size, const uint64_t *secret)
{
    uint64_t key = smscore_mix(number ^ secret[0], (uint64_t) size ^ secret[1]);
    while (size >= 16) {
        key = smscore_mix(smscore_whole_word(text) ^ secret[1], smscore_whole_word(text + 8) ^ key);
        text += 16;
        size -= 16;
    }
    if (size > 0)
        key = smscore_mix(
            smscore_word(text, size) ^ secret[1], smscore_word(text + 8, size - 8) ^ key);
    key = smscore_mix(key ^ secret[0], UINT64_C(0x9E3779B97F4A7C15));
    return key ? key : 1;
}

#if defined(__GNUC__)
#define smscore_will_write(address) __builtin_prefetch(address, 1)
#else
#define smscore_will_write(address) ((void) (address))
#endif

/* A table of keys: the slots are a power of two, and an empty one is 0. The slot
 * is where the key is or would be, -1 if the table is full of others. */
static inline int64_t smscore_slot(const uint64_t *table, uint64_t mask, uint64_t key)
{
    uint64_t slot = key & mask, tried;
    for (tried = 0; table[slot] && table[slot] != key; tried++) {
        if (tried == mask)
            return -1;
        slot = (slot + 1) & mask;
    }
    return (int64_t) slot;
}

/* Four bits of one word of a sieve. */
static inline uint64_t smscore_bits(uint64_t key)
{
    return UINT64_C(1) << (key >> 58) | UINT64_C(1) << (key >> 52 & 63)
        | UINT64_C(1) << (key >> 46 & 63) | UINT64_C(1) << (key >> 40 & 63);
}

/* A row of a column of UTF-8. */
typedef struct {
    const uint8_t *octets;
    const void *offsets;
    int is_large;
} smscore_texts;

static inline const uint8_t *smscore_text(const smscore_texts *texts, int64_t row, int64_t *size)
{
    int64_t start, end;
    if (texts->is_large) {
        start = ((const int64_t *) texts->offsets)[row];
        end = ((const int64_t *) texts->offsets)[row + 1];
    } else {
        start = ((const int32_t *) texts->offsets)[row];
        end = ((const int32_t *) texts->offsets)[row + 1];
    }
    *size = end - start;
    return texts->octets + start;
}

/* Whether the rows lie in their octets, one behind the other. */
static int smscore_are_offsets(
    const smscore_texts *texts, int64_t first, int64_t count, int64_t size)
{
    int64_t row, end, last = 0;
    for (row = 0; count && row <= count; row++) {
        end = texts->is_large ? ((const int64_t *) texts->offsets)[first + row]
                              : ((const int32_t *) texts->offsets)[first + row];
        if (end < last || end > size)
            return 0;
        last = end;
    }
    return 1;
}

/* The keys of messages, 0 of what has no number or no units. */
static void smscore_find_keys(
    const smscore_texts *texts, int64_t first, int64_t count, const uint64_t *numbers,
    const int32_t *units, const uint64_t *secret, uint64_t *keys)
{
    int64_t row, size;
    const uint8_t *text;
    for (row = 0; row < count; row++) {
        keys[row] = 0;
        if (numbers[row] && units[row] > 0) {
            text = smscore_text(texts, first + row, &size);
            keys[row] = smscore_key(numbers[row], text, size, secret);
        }
    }
}

/* Puts the keys into a table, and marks what was there: 1 in the table, 2 perhaps in an older one,
 * as the sieve has it. */
static int64_t smscore_remember(
    const uint64_t *keys, int64_t count, uint64_t *table, uint64_t slots, uint64_t *sieve,
    uint64_t words, uint8_t *marks)
{
    int64_t row, slot, added = 0;
    uint64_t bits, *word;
    for (row = 0; row < count; row++) {
        marks[row] = 0;
        if (!keys[row])
            continue;
        slot = smscore_slot(table, slots - 1, keys[row]);
        if (slot < 0)
            return -1;
        if (table[slot]) {
            marks[row] = 1;
            continue;
        }
        table[slot] = keys[row];
        added++;
        if (words) {
            bits = smscore_bits(keys[row]);
            word = sieve + (keys[row] >> 8 & (words - 1));
            if ((*word & bits) == bits)
                marks[row] = 2;
            *word |= bits;
        }
    }
    return added;
}

/* Makes a 1 of each mark of 2 whose key is in an older table. */
static void smscore_search(
    const uint64_t *keys, int64_t count, const uint64_t *table, uint64_t slots, uint8_t *marks)
{
    int64_t row, slot;
    for (row = 0; row < count; row++) {
        if (marks[row] != 2)
            continue;
        slot = smscore_slot(table, slots - 1, keys[row]);
        if (slot >= 0 && table[slot])
            marks[row] = 1;
    }
}

/* What a character costs together with so many others: the character and these are the key. */
typedef struct {
    uint64_t key;
    int64_t messages;
    int64_t parts;
    uint64_t cost_low;
    int64_t cost_high;
} smscore_excess;

static inline void smscore_add_cost(smscore_excess *excess, int64_t price, int64_t parts)
{
    /* A product of 64 bits by 31 in 128, by halves. */
    uint64_t low = ((uint64_t) price & 0xFFFFFFFF) * (uint64_t) parts;
    uint64_t high = ((uint64_t) price >> 32) * (uint64_t) parts;
    uint64_t sum = low + (high << 32);
    excess->cost_high += (int64_t) (high >> 32) + (sum < low);
    excess->cost_low += sum;
    excess->cost_high += excess->cost_low < sum;
}

/* Reads a character of UTF-8; of what is none, one octet, as a character that no alphabet has. */
static inline int64_t smscore_read_point(const uint8_t *at, int64_t left, uint32_t *point)
{
    uint8_t lead = at[0];
    if (lead < 0x80) {
        *point = lead;
        return 1;
    }
    if (lead >= 0xC0 && lead < 0xE0 && left >= 2) {
        *point = (uint32_t) (lead & 0x1F) << 6 | (at[1] & 0x3F);
        return 2;
    }
    if (lead >= 0xE0 && lead < 0xF0 && left >= 3) {
        *point = (uint32_t) (lead & 0x0F) << 12 | (uint32_t) (at[1] & 0x3F) << 6 | (at[2] & 0x3F);
        return 3;
    }
    if (lead >= 0xF0 && lead < 0xF5 && left >= 4) {
        *point = (uint32_t) (lead & 0x07) << 18 | (uint32_t) (at[1] & 0x3F) << 12
            | (uint32_t) (at[2] & 0x3F) << 6 | (at[3] & 0x3F);
        if (*point > 0x10FFFF)
            *point = 0xFFFD;
        return 4;
    }
    *point = 0xFFFD;
    return 1;
}

static inline uint64_t smscore_first_slot(int bits, uint64_t key)
{
    return key * UINT64_C(0x9E3779B97F4A7C15) >> (64 - bits);
}

static inline void smscore_expect_excess(smscore_excess *slots, int bits, uint64_t key)
{
    smscore_will_write(slots + smscore_first_slot(bits, key));
}

static inline smscore_excess *smscore_find_excess(smscore_excess *slots, int bits, uint64_t key)
{
    uint64_t mask = (UINT64_C(1) << bits) - 1;
    uint64_t slot = smscore_first_slot(bits, key);
    while (slots[slot].key && slots[slot].key != key)
        slot = (slot + 1) & mask;
    return slots + slot;
}

#endif
