/* 64 octets marked by processors of x86: 16, 32 or 64 at a time.
 *
 * The law of this file: every implementation sees the same in the same octets; they differ in how
 * they look it up. The three octets before the 64 are read, and no others.
 */
#include <immintrin.h>

#include "marks.h"

#if defined(_MSC_VER) && !defined(__clang__)
#define SMSCORE_FOR(features)
#else
#define SMSCORE_FOR(features) __attribute__((target(features)))
#endif

/* SSSE3, with a count of bits that every processor with it but the very first has. */
#define SMSCORE_KIND 16
#define SMSCORE_MIXED SMSCORE_BLOCKS
#define SMSCORE_TARGET SMSCORE_FOR("ssse3,popcnt")
#define SMSCORE_VECTOR __m128i
#define SMSCORE_LOAD(place) _mm_loadu_si128((const __m128i *)(place))
#define SMSCORE_TABLE(table) _mm_load_si128((const __m128i *)(table))
#define SMSCORE_FILL(octet) _mm_set1_epi8((char)(octet))
#define SMSCORE_AND _mm_and_si128
#define SMSCORE_OR _mm_or_si128
#define SMSCORE_EQUAL _mm_cmpeq_epi8
#define SMSCORE_LOOK_UP _mm_shuffle_epi8
#define SMSCORE_SHIFT_RIGHT_4(vector) _mm_srli_epi16(vector, 4)
#define SMSCORE_SUBTRACT _mm_subs_epu8
#define SMSCORE_HIGHER _mm_max_epu8
#define SMSCORE_NONZERO(vector) _mm_adds_epu8(vector, _mm_set1_epi8(0x7F))
#define SMSCORE_IS_TAIL(vector) _mm_cmplt_epi8(vector, _mm_set1_epi8((char)0xC0))
#define SMSCORE_ANY_HIGH(vector) (_mm_movemask_epi8(vector) != 0)
#define SMSCORE_ANY(vector) \
    (_mm_movemask_epi8(_mm_cmpeq_epi8(vector, _mm_setzero_si128())) != 0xFFFF)
#define SMSCORE_MASK(vector) ((uint64_t)(uint32_t)_mm_movemask_epi8(vector))
#include "halves.h"
#include "runs.h"
#include "end.h"

#define SMSCORE_KIND avx2
#define SMSCORE_MIXED SMSCORE_BLOCKS
#define SMSCORE_TARGET SMSCORE_FOR("avx2,bmi,bmi2,lzcnt,popcnt")
#define SMSCORE_VECTOR __m256i
#define SMSCORE_LOAD(place) _mm256_loadu_si256((const __m256i *)(place))
#define SMSCORE_TABLE(table) \
    _mm256_broadcastsi128_si256(_mm_load_si128((const __m128i *)(table)))
#define SMSCORE_FILL(octet) _mm256_set1_epi8((char)(octet))
#define SMSCORE_AND _mm256_and_si256
#define SMSCORE_OR _mm256_or_si256
#define SMSCORE_EQUAL _mm256_cmpeq_epi8
#define SMSCORE_LOOK_UP _mm256_shuffle_epi8
#define SMSCORE_SHIFT_RIGHT_4(vector) _mm256_srli_epi16(vector, 4)
#define SMSCORE_SUBTRACT _mm256_subs_epu8
#define SMSCORE_HIGHER _mm256_max_epu8
#define SMSCORE_NONZERO(vector) _mm256_adds_epu8(vector, _mm256_set1_epi8(0x7F))
#define SMSCORE_IS_TAIL(vector) _mm256_cmpgt_epi8(_mm256_set1_epi8((char)0xC0), vector)
#define SMSCORE_ANY_HIGH(vector) (_mm256_movemask_epi8(vector) != 0)
#define SMSCORE_ANY(vector) (!_mm256_testz_si256(vector, vector))
#define SMSCORE_MASK(vector) ((uint64_t)(uint32_t)_mm256_movemask_epi8(vector))
#include "halves.h"
#include "runs.h"
#include "end.h"

/* AVX-512 VBMI looks up 64 or 128 values at once, so that nothing is halved. */
#define SMSCORE_KIND avx512
#define SMSCORE_MIXED (SMSCORE_BLOCKS / 6)
#define SMSCORE_TARGET \
    SMSCORE_FOR("avx512f,avx512bw,avx512vl,avx512vbmi,bmi,bmi2,lzcnt,popcnt")

SMSCORE_TARGET SMSCORE_INLINE void smscore_mark_avx512(
    const uint8_t *text, int is_mixed, smscore_due *due, smscore_marks *marks)
{
    const __m512i octets = _mm512_loadu_si512(text);
    const __mmask64 high = _mm512_movepi8_mask(octets);
    const __m512i kinds = _mm512_maskz_permutex2var_epi8(
        _knot_mask64(high), _mm512_load_si512(smscore_ascii), octets,
        _mm512_load_si512(smscore_ascii + 64));
    const __mmask64 outside = _mm512_test_epi8_mask(kinds, _mm512_set1_epi8(1));
    const __mmask64 twice = _mm512_test_epi8_mask(kinds, _mm512_set1_epi8(2));
    if (!is_mixed && !high) {
        smscore_mark_ascii(outside, twice, due, marks);
        return;
    }
    {
        const __m512i before = _mm512_loadu_si512(text - 1);
        const __mmask64 second = _mm512_cmpge_epu8_mask(before, _mm512_set1_epi8((char)0xC0));
        const __m512i common = _mm512_and_si512(
            _mm512_maskz_permutexvar_epi8(second, before, _mm512_load_si512(smscore_lead_bits)),
            _mm512_permutexvar_epi8(octets, _mm512_load_si512(smscore_tail_bits)));
        /* The highest bit of each is set where a tail is due. */
        const __m512i is_due = _mm512_ternarylogic_epi64(
            _mm512_subs_epu8(before, _mm512_set1_epi8(0xC0 - 0x80)),
            _mm512_subs_epu8(_mm512_loadu_si512(text - 2), _mm512_set1_epi8(0xE0 - 0x80)),
            _mm512_subs_epu8(_mm512_loadu_si512(text - 3), _mm512_set1_epi8(0xF0 - 0x80)), 0xFE);
        const __mmask64 tail = _mm512_cmplt_epi8_mask(octets, _mm512_set1_epi8((char)0xC0));
        const __mmask64 euro = _mm512_test_epi8_mask(common, _mm512_set1_epi8(SMSCORE_EURO_BIT));
        due->bad |= _mm512_test_epi8_mask(common, _mm512_set1_epi8((char)~SMSCORE_PAIR))
                    | (_mm512_movepi8_mask(is_due) ^ tail);
        due->mixed += high != 0;
        /* Which tail it is does not matter: the next block looks back itself. */
        due->second = (uint64_t)(text[63] >= 0xC0) | (uint64_t)(text[62] >= 0xE0)
                      | (uint64_t)(text[61] >= 0xF0);
        marks->tail = tail;
        marks->outside = _kor_mask64(
            outside,
            _mm512_mask_testn_epi8_mask(second, common, _mm512_set1_epi8(SMSCORE_PAIR)));
        marks->twice = twice;
        marks->astral = _mm512_cmpge_epu8_mask(octets, _mm512_set1_epi8((char)0xF0));
        if (SMSCORE_UNLIKELY(euro | due->euro))
            smscore_mark_euro(
                euro, _mm512_cmpeq_epi8_mask(octets, _mm512_set1_epi8((char)SMSCORE_EURO_2)), due,
                marks);
    }
}

#include "runs.h"
#include "end.h"
