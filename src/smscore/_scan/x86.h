/* Texts looked through by processors of x86: 16, 32 or 64 octets at a time.
 *
 * The law of this file: that of scan.h. What is left at the end of a text is looked at with what
 * stands before it once more, or behind a mask; never with what stands behind the text.
 */
/* By the upper half of an octet: the bit that stands for it in smscore_outside_halves. */
static const uint8_t smscore_half_bits[16] = {
    1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128
};

#define SMSCORE_SCAN(name) smscore_##name##_16
#define SMSCORE_SHORTER(name) smscore_##name##_scalar
#define SMSCORE_TARGET SMSCORE_FOR("ssse3,popcnt")
#define SMSCORE_VECTOR __m128i
#define SMSCORE_LOAD(place) _mm_loadu_si128((const __m128i *)(place))
#define SMSCORE_TABLE(table) SMSCORE_LOAD(table)
#define SMSCORE_OP(name) _mm_##name
#define SMSCORE_BITS(name) _mm_##name##_si128
#include "halves.h"

#define SMSCORE_SCAN(name) smscore_##name##_avx2
#define SMSCORE_SHORTER(name) smscore_##name##_16
#define SMSCORE_TARGET SMSCORE_FOR("avx2,popcnt")
#define SMSCORE_VECTOR __m256i
#define SMSCORE_LOAD(place) _mm256_loadu_si256((const __m256i *)(place))
#define SMSCORE_TABLE(table) \
    _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(table)))
#define SMSCORE_OP(name) _mm256_##name
#define SMSCORE_BITS(name) _mm256_##name##_si256
#include "halves.h"

static const smscore_scan smscore_scan_16 = {
    smscore_narrow_16, smscore_wide_16, smscore_widest_16
};
static const smscore_scan smscore_scan_avx2 = {
    smscore_narrow_avx2, smscore_wide_avx2, smscore_widest_avx2
};

/* AVX-512 VBMI looks up 128 values at once, so that nothing is halved. */
#define SMSCORE_TARGET SMSCORE_FOR("avx512f,avx512bw,avx512vl,avx512vbmi,bmi2,popcnt")

SMSCORE_INLINE unsigned smscore_at_most(int64_t left, unsigned size)
{
    return left < (int64_t)size ? (unsigned)left : size;
}

SMSCORE_TARGET static int64_t smscore_narrow_avx512(const uint8_t *text, int64_t length)
{
    const uint8_t *takes = smscore_septets + (smscore_page[0] << 8);
    const __m512i first = _mm512_loadu_si512(takes), second = _mm512_loadu_si512(takes + 64);
    uint64_t outside = 0;
    int64_t pairs = 0;
    for (int64_t index = 0; index < length; index += 64) {
        const __mmask64 here = _bzhi_u64(UINT64_MAX, smscore_at_most(length - index, 64));
        const __m512i octets = _mm512_maskz_loadu_epi8(here, text + index);
        const __mmask64 high = _mm512_movepi8_mask(octets);
        __m512i each = _mm512_permutex2var_epi8(first, octets, second);
        if (high)
            each = _mm512_mask_mov_epi8(
                each, high,
                _mm512_permutex2var_epi8(
                    _mm512_loadu_si512(takes + 128), octets, _mm512_loadu_si512(takes + 192)));
        outside |= _mm512_mask_testn_epi8_mask(here, each, each);
        pairs += _mm_popcnt_u64(_mm512_mask_test_epi8_mask(here, each, _mm512_set1_epi8(2)));
    }
    return outside ? SMSCORE_UCS2 : pairs;
}

SMSCORE_TARGET static int64_t smscore_wide_avx512(const uint16_t *text, int64_t length)
{
    const __m512i narrowest = _mm512_set1_epi16(0x100), greek = _mm512_set1_epi16(0x390);
    const __m512i greeks = _mm512_set1_epi16(0x20), euro = _mm512_set1_epi16(0x20AC);
    uint32_t foreign = 0, odd = 0;
    int64_t index = 0;
    for (; index < length && !foreign; index += 32) {
        const __mmask32 here = _bzhi_u32(UINT32_MAX, smscore_at_most(length - index, 32));
        const __m512i units = _mm512_maskz_loadu_epi16(here, text + index);
        foreign = _mm512_cmpge_epu16_mask(units, narrowest);
        foreign &= _mm512_cmpge_epu16_mask(_mm512_sub_epi16(units, greek), greeks);
        foreign &= _mm512_cmpneq_epu16_mask(units, euro);
    }
    if (!foreign)
        return smscore_wide_scalar(text, length);
    for (index -= 32; index < length; index += 32) {
        const __mmask32 here = _bzhi_u32(UINT32_MAX, smscore_at_most(length - index, 32));
        const __m512i units = _mm512_maskz_loadu_epi16(here, text + index);
        odd |= _mm512_cmpeq_epi16_mask(
            _mm512_and_si512(units, _mm512_set1_epi16((short)0xF800)),
            _mm512_set1_epi16((short)0xD800));
    }
    return odd ? smscore_find_surrogate(text, 0, length) : SMSCORE_UCS2;
}

SMSCORE_TARGET static int64_t smscore_widest_avx512(const uint32_t *text, int64_t length)
{
    uint32_t odd = 0;
    int64_t past = 0;
    for (int64_t index = 0; index < length; index += 16) {
        const __mmask16 here = (__mmask16)_bzhi_u32(UINT16_MAX, smscore_at_most(length - index, 16));
        const __m512i points = _mm512_maskz_loadu_epi32(here, text + index);
        odd |= _mm512_cmpeq_epi32_mask(
            _mm512_and_si512(points, _mm512_set1_epi32((int)0xFFFFF800)),
            _mm512_set1_epi32(0xD800));
        past += _mm_popcnt_u32(_mm512_cmpgt_epu32_mask(points, _mm512_set1_epi32(0xFFFF)));
    }
    return odd ? smscore_count_on(text, 0, length, 0) : past;
}

#undef SMSCORE_TARGET

static const smscore_scan smscore_scan_avx512 = {
    smscore_narrow_avx512, smscore_wide_avx512, smscore_widest_avx512
};
