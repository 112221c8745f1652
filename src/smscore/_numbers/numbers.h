/* Phone numbers in columns: what they belong to, and what they cost.
 *
 * The law of this file: numbers in, numbers out, as in _pure/numbers.py, which specifies them and
 * says what a numeral and an entry are. Nothing is read outside the tables, whatever stands in
 * them: they are held against their sizes as they are read. A column is worked on in blocks, so
 * that the memory that a step of a number needs is on its way while others are stepping.
 */
#ifndef SMSCORE_NUMBERS_H
#define SMSCORE_NUMBERS_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(_MSC_VER) && !defined(__clang__)
#define SMSCORE_FETCH(address) ((void)(address))
#else
#define SMSCORE_FETCH(address) __builtin_prefetch(address)
#endif

enum {
    SMSCORE_FEWEST_DIGITS = 5,
    SMSCORE_MOST_DIGITS = 15,
    SMSCORE_BAD = -2,
    SMSCORE_UNSURE = -3,
    SMSCORE_UNKNOWN = -4,
    SMSCORE_ROW = 16,
    SMSCORE_OPENING = 10000,
    SMSCORE_DIRECT = 6,
    SMSCORE_DIRECT_SIZE = 1111111,
    SMSCORE_LEARNED = 256,
    SMSCORE_AT_ONCE = 256
};
#define SMSCORE_NOTHING (-1)
#define SMSCORE_INHERIT INT32_MIN

/* Why a function stopped. */
enum { SMSCORE_NO_MEMORY = -1, SMSCORE_NO_PREFIX = -2, SMSCORE_NO_END = -3 };

/* The numbers of 0 to 6 digits begin here in the direct table. */
static const int32_t smscore_levels[7] = {0, 1, 11, 111, 1111, 11111, 111111};

typedef struct {
    const uint8_t *octets;
    int64_t size;
} smscore_cells;

static inline uint64_t smscore_load(const uint8_t *octets)
{
    return (uint64_t)octets[0] << 56 | (uint64_t)octets[1] << 48 | (uint64_t)octets[2] << 40 |
           (uint64_t)octets[3] << 32 | (uint64_t)octets[4] << 24 | (uint64_t)octets[5] << 16 |
           (uint64_t)octets[6] << 8 | (uint64_t)octets[7];
}

/* Eight digits, an octet each, as four bits each. */
static inline uint64_t smscore_squeeze(uint64_t digits)
{
    digits = (digits | digits >> 4) & 0x00FF00FF00FF00FFu;
    digits = (digits | digits >> 8) & 0x0000FFFF0000FFFFu;
    return (digits | digits >> 16) & 0x00000000FFFFFFFFu;
}

/* The numeral of so many digits behind a "+"; 16 octets can be read there. 0 if it is not that. */
static inline uint64_t smscore_numeral(const uint8_t *digits, int count)
{
    const uint64_t zeros = 0x3030303030303030u, fill = 0xAAAAAAAAAAAAAAA0u;
    uint64_t first_mask = count >= 8 ? ~(uint64_t)0 : ~(~(uint64_t)0 >> 8 * count);
    uint64_t rest_mask = count > 8 ? ~(~(uint64_t)0 >> 8 * (count - 8)) : 0;
    uint64_t first = (smscore_load(digits) ^ zeros) & first_mask;
    uint64_t rest = (smscore_load(digits + 8) ^ zeros) & rest_mask;
    uint64_t above = (first + 0x7676767676767676u) | first | (rest + 0x7676767676767676u) | rest;
    uint64_t numeral = smscore_squeeze(first) << 32 | smscore_squeeze(rest);
    if (above & 0x8080808080808080u || numeral >> 60 == 0)
        return 0;
    return numeral | (fill & ~(uint64_t)0 >> 4 * count) | (uint64_t)count;
}

static inline uint64_t smscore_read_cell(const uint8_t *cell, int64_t length, int64_t room)
{
    uint8_t copy[16] = {0};
    if (length < 1 + SMSCORE_FEWEST_DIGITS || length > 1 + SMSCORE_MOST_DIGITS || *cell != '+')
        return 0;
    if (room >= 17)
        return smscore_numeral(cell + 1, (int)length - 1);
    memcpy(copy, cell + 1, (size_t)length - 1);
    return smscore_numeral(copy, (int)length - 1);
}

static inline int smscore_is_valid(const uint8_t *validity, int64_t row)
{
    return validity == NULL || validity[row >> 3] >> (row & 7) & 1;
}

#define SMSCORE_READ_UTF8(NAME, OFFSET)                                                            \
    /* Returns how many numerals are 0, or -1 for offsets that reach out of the octets. */         \
    static int64_t NAME(const smscore_cells *text, const OFFSET *ends, const uint8_t *validity,   \
                        int64_t first, int64_t count, uint64_t *numerals)                          \
    {                                                                                              \
        int64_t row, begin, end, others = 0;                                                       \
        for (row = 0; row < count; row++) {                                                        \
            begin = ends[first + row];                                                             \
            end = ends[first + row + 1];                                                           \
            if (begin < 0 || end < begin || end > text->size)                                      \
                return -1;                                                                         \
            numerals[row] = 0;                                                                     \
            if (smscore_is_valid(validity, first + row))                                           \
                numerals[row] = smscore_read_cell(text->octets + begin, end - begin,               \
                                                  text->size - begin);                             \
            others += numerals[row] == 0;                                                          \
        }                                                                                          \
        return others;                                                                             \
    }

SMSCORE_READ_UTF8(smscore_read_utf8, int32_t)
SMSCORE_READ_UTF8(smscore_read_large_utf8, int64_t)

static int64_t smscore_read_views(const uint8_t *views, const smscore_cells *texts, int64_t held,
                                  const uint8_t *validity, int64_t first, int64_t count,
                                  uint64_t *numerals)
{
    int64_t row, others = 0;
    for (row = 0; row < count; row++) {
        const uint8_t *view = views + 16 * (first + row);
        /* The length, then up to twelve octets; or four of them, the buffer, and the offset. */
        int32_t words[4];
        memcpy(words, view, sizeof words);
        numerals[row] = 0;
        if (smscore_is_valid(validity, first + row)) {
            if (words[0] <= 12)
                numerals[row] = smscore_read_cell(view + 4, words[0], 12);
            else if (words[2] >= 0 && words[2] < held && words[3] >= 0 &&
                     words[3] <= texts[words[2]].size - words[0])
                numerals[row] = smscore_read_cell(texts[words[2]].octets + words[3], words[0],
                                                  texts[words[2]].size - words[3]);
        }
        others += numerals[row] == 0;
    }
    return others;
}

static inline int smscore_digit(uint64_t numeral, int place)
{
    return (int)(numeral >> (60 - 4 * place)) & 0xF;
}

static void smscore_spell(const uint64_t *numerals, int64_t count, uint64_t *values)
{
    int64_t row;
    for (row = 0; row < count; row++) {
        /* Digits side by side, then pairs, fours and eights, in fields of two, four and eight. */
        int length = (int)numerals[row] & 0xF;
        uint64_t digits = length ? numerals[row] >> 4 * (16 - length) : 0;
        digits -= 6 * (digits >> 4 & 0x0F0F0F0F0F0F0F0Fu);
        digits -= 156 * (digits >> 8 & 0x00FF00FF00FF00FFu);
        digits -= 55536 * (digits >> 16 & 0x0000FFFF0000FFFFu);
        values[row] = (digits >> 32) * 100000000u + (digits & 0xFFFFFFFFu);
    }
}

/* Returns how many rows are listed as unknown; it stops when the list is full. */
static int smscore_place(uint64_t *numerals, int64_t count, const int32_t *openings,
                         const int32_t *steps, int64_t rows, int16_t *places, int64_t *unknown)
{
    int64_t row;
    int learned = 0;
    for (row = 0; row < count; row++) {
        uint64_t numeral = numerals[row];
        uint32_t lead = (uint32_t)(numeral >> 48);
        int32_t opening, entry = SMSCORE_NOTHING;
        int digit = 4;
        if (places[row] != SMSCORE_UNKNOWN)
            continue;
        if ((numeral & 0xF) < SMSCORE_FEWEST_DIGITS) {
            places[row] = SMSCORE_UNSURE;
            continue;
        }
        lead = (lead >> 12) * 1000 + (lead >> 8 & 0xF) * 100 + (lead >> 4 & 0xF) * 10 + (lead & 0xF);
        opening = (int32_t)(numeral & 0xF) * SMSCORE_OPENING + (int32_t)lead;
        if (opening < 16 * SMSCORE_OPENING)
            entry = openings[opening];
        while (entry >= 0 && entry < rows && digit < SMSCORE_MOST_DIGITS)
            entry = steps[entry * SMSCORE_ROW + smscore_digit(numeral, digit++)];
        if (entry < SMSCORE_NOTHING) {
            places[row] = (int16_t)(-2 - entry + SMSCORE_UNKNOWN);
            if (places[row] == SMSCORE_BAD)
                numerals[row] = 0;
        } else {
            unknown[learned++] = row;
            if (learned == SMSCORE_LEARNED)
                break;
        }
    }
    return learned;
}

static void smscore_price(const int32_t *rates, const int32_t *parts, const uint8_t *validity,
                          int64_t first, int64_t count, const int64_t *prices, const uint8_t *flat,
                          uint64_t *amounts, uint8_t *valid)
{
    int64_t row;
    memset(valid, 0, (size_t)(count + 7) >> 3);
    for (row = 0; row < count; row++) {
        int64_t low, middle, times = 0, price = 0;
        if (rates[row] >= 0 && smscore_is_valid(validity, first + row)) {
            price = prices[rates[row]];
            times = flat[rates[row]] ? 1 : parts[row];
            valid[row >> 3] |= (uint8_t)(1 << (row & 7));
        }
        /* Two halves of the price, each of which times 32 bits fits 64. */
        low = (int64_t)((uint64_t)price & 0xFFFFFFFFu) * times;
        middle = (price >> 32) * times + (low >> 32);
        amounts[2 * row] = (uint64_t)middle << 32 | ((uint64_t)low & 0xFFFFFFFFu);
        amounts[2 * row + 1] = (uint64_t)(middle >> 32);
    }
}

#endif
