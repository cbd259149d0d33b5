/* base64_x86.c - base64 with SSSE3 and AVX2.
 *
 * The method is the published one of Wojciech Mula and Daniel Lemire ("Faster
 * Base64 Encoding and Decoding Using AVX2 Instructions", 2018): shuffles and
 * multiplications spread 3 bytes over 4 lanes; a table of 16 indexed by nibble
 * translates, and two such tables tell what is no character of the alphabet.
 * A lane of 128 bits is always 12 bytes and 16 characters.
 * SPDX-License-Identifier: MIT */
#include "base64_kernel.h"

#ifdef BASE64_X86

#include <immintrin.h>
#include <stdbool.h>

#define SSSE3 __attribute__((target("ssse3")))
#define AVX2 __attribute__((target("avx2")))

/* The tables; each stands for a whole lane. */

/* Bytes abc of each triple to b a c b: any six bits then lie within one 16-bit word. */
#define SPREAD 1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10

/* What to add to a value for its character: by 0 for a-z, 1-10 for digits, 11 for
 * '+', 12 for '/', 13 for A-Z. */
#define TO_CHARACTER \
    'a' - 26, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, \
    '0' - 52, '0' - 52, '0' - 52, '+' - 62, '/' - 63, 'A', 0, 0

/* A character is foreign if the two marks share a bit. By high nibble: 1 for the
 * column of + and /, 2 of digits, 4 of A-O and a-o, 8 of P-Z and p-z, 16 of none.
 * By low nibble: the columns where that row holds no character of the alphabet. */
#define FOREIGN_HIGH 16, 16, 1, 2, 4, 8, 4, 8, 16, 16, 16, 16, 16, 16, 16, 16
#define FOREIGN_LOW 21, 17, 17, 17, 17, 17, 17, 17, 17, 17, 19, 26, 27, 27, 27, 26

/* What to add to a character for its value, by high nibble; '/', which has the same
 * as '+', is moved to place 1. */
#define TO_VALUE 0, 63 - '/', 62 - '+', 52 - '0', -'A', -'A', 26 - 'a', 26 - 'a', 0, 0, 0, 0, 0, 0, 0, 0

/* Bytes c b a of each 32-bit word to a b c, all triples moved together. */
#define GATHER 2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1

/*** SSSE3 ***/

/* Twelve bytes to sixteen values of six bits. */
SSSE3 static inline __m128i split_128(__m128i bytes)
{
    __m128i words = _mm_shuffle_epi8(bytes, _mm_setr_epi8(SPREAD));
    __m128i odd = _mm_mulhi_epu16(_mm_and_si128(words, _mm_set1_epi32(0x0fc0fc00)), _mm_set1_epi32(0x04000040));
    __m128i even = _mm_mullo_epi16(_mm_and_si128(words, _mm_set1_epi32(0x003f03f0)), _mm_set1_epi32(0x01000010));

    return _mm_or_si128(odd, even);
}

SSSE3 static inline __m128i to_characters_128(__m128i values)
{
    __m128i place = _mm_subs_epu8(values, _mm_set1_epi8(51));
    __m128i upper = _mm_cmpgt_epi8(_mm_set1_epi8(26), values);

    place = _mm_or_si128(place, _mm_and_si128(upper, _mm_set1_epi8(13)));
    return _mm_add_epi8(values, _mm_shuffle_epi8(_mm_setr_epi8(TO_CHARACTER), place));
}

SSSE3 static size_t encode_128(char *out, const uint8_t *bytes, size_t n)
{
    size_t done = 0;

    for (; n - done >= 16; done += 12, out += 16) {
        __m128i in = _mm_loadu_si128((const __m128i_u *)(bytes + done));
        _mm_storeu_si128((__m128i_u *)out, to_characters_128(split_128(in)));
    }
    return done;
}

SSSE3 static inline __m128i high_nibbles_128(__m128i text)
{
    return _mm_and_si128(_mm_srli_epi32(text, 4), _mm_set1_epi8(15));
}

/* Not zero where a character is foreign. */
SSSE3 static inline __m128i foreign_128(__m128i text)
{
    __m128i low = _mm_and_si128(text, _mm_set1_epi8(15));

    return _mm_and_si128(_mm_shuffle_epi8(_mm_setr_epi8(FOREIGN_HIGH), high_nibbles_128(text)),
                         _mm_shuffle_epi8(_mm_setr_epi8(FOREIGN_LOW), low));
}

/* A bit for each foreign character. */
SSSE3 static inline unsigned foreign_bits_128(__m128i text)
{
    return (unsigned)_mm_movemask_epi8(_mm_cmpgt_epi8(foreign_128(text), _mm_setzero_si128()));
}

/* Sixteen characters to twelve bytes and four zeros. */
SSSE3 static inline __m128i join_128(__m128i text)
{
    __m128i place = _mm_add_epi8(high_nibbles_128(text), _mm_cmpeq_epi8(text, _mm_set1_epi8('/')));
    __m128i values = _mm_add_epi8(text, _mm_shuffle_epi8(_mm_setr_epi8(TO_VALUE), place));
    __m128i pairs = _mm_maddubs_epi16(values, _mm_set1_epi32(0x01400140));
    __m128i triples = _mm_madd_epi16(pairs, _mm_set1_epi32(0x00011000));

    return _mm_shuffle_epi8(triples, _mm_setr_epi8(GATHER));
}

/* Stores 16 bytes for 12: goes on while 24 characters are left, room for 18. */
SSSE3 static size_t decode_128(uint8_t *out, const char *text, size_t n)
{
    size_t done = 0;

    for (; n - done >= 24; done += 16, out += 12) {
        __m128i in = _mm_loadu_si128((const __m128i_u *)(text + done));
        if (foreign_bits_128(in))
            break;
        _mm_storeu_si128((__m128i_u *)out, join_128(in));
    }
    return done;
}

SSSE3 static size_t span_128(const char *text, size_t n)
{
    size_t done = 0;

    for (; n - done >= 16; done += 16) {
        unsigned foreign = foreign_bits_128(_mm_loadu_si128((const __m128i_u *)(text + done)));
        if (foreign)
            return done + (size_t)__builtin_ctz(foreign);
    }
    return done;
}

const struct base64_kernel base64_ssse3 = { "ssse3", encode_128, decode_128, span_128 };

/*** AVX2: the same on two lanes ***/

AVX2 static inline __m256i split_256(__m256i bytes)
{
    __m256i words = _mm256_shuffle_epi8(bytes, _mm256_setr_epi8(SPREAD, SPREAD));
    __m256i odd = _mm256_mulhi_epu16(_mm256_and_si256(words, _mm256_set1_epi32(0x0fc0fc00)),
                                     _mm256_set1_epi32(0x04000040));
    __m256i even = _mm256_mullo_epi16(_mm256_and_si256(words, _mm256_set1_epi32(0x003f03f0)),
                                      _mm256_set1_epi32(0x01000010));

    return _mm256_or_si256(odd, even);
}

AVX2 static inline __m256i to_characters_256(__m256i values)
{
    __m256i place = _mm256_subs_epu8(values, _mm256_set1_epi8(51));
    __m256i upper = _mm256_cmpgt_epi8(_mm256_set1_epi8(26), values);

    place = _mm256_or_si256(place, _mm256_and_si256(upper, _mm256_set1_epi8(13)));
    return _mm256_add_epi8(values, _mm256_shuffle_epi8(_mm256_setr_epi8(TO_CHARACTER, TO_CHARACTER), place));
}

/* Loads twelve bytes to each lane, and four more that nobody looks at. */
AVX2 static size_t encode_256(char *out, const uint8_t *bytes, size_t n)
{
    size_t done = 0;

    for (; n - done >= 28; done += 24, out += 32) {
        __m128i low = _mm_loadu_si128((const __m128i_u *)(bytes + done));
        __m128i high = _mm_loadu_si128((const __m128i_u *)(bytes + done + 12));
        __m256i in = _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
        _mm256_storeu_si256((__m256i_u *)out, to_characters_256(split_256(in)));
    }
    return done;
}

AVX2 static inline __m256i high_nibbles_256(__m256i text)
{
    return _mm256_and_si256(_mm256_srli_epi32(text, 4), _mm256_set1_epi8(15));
}

AVX2 static inline __m256i foreign_256(__m256i text)
{
    __m256i low = _mm256_and_si256(text, _mm256_set1_epi8(15));

    return _mm256_and_si256(
        _mm256_shuffle_epi8(_mm256_setr_epi8(FOREIGN_HIGH, FOREIGN_HIGH), high_nibbles_256(text)),
        _mm256_shuffle_epi8(_mm256_setr_epi8(FOREIGN_LOW, FOREIGN_LOW), low));
}

AVX2 static inline __m256i join_256(__m256i text)
{
    __m256i place = _mm256_add_epi8(high_nibbles_256(text), _mm256_cmpeq_epi8(text, _mm256_set1_epi8('/')));
    __m256i values = _mm256_add_epi8(text, _mm256_shuffle_epi8(_mm256_setr_epi8(TO_VALUE, TO_VALUE), place));
    __m256i pairs = _mm256_maddubs_epi16(values, _mm256_set1_epi32(0x01400140));
    __m256i triples = _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x00011000));
    __m256i lanes = _mm256_shuffle_epi8(triples, _mm256_setr_epi8(GATHER, GATHER));

    return _mm256_permutevar8x32_epi32(lanes, _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 3, 7));
}

/* Stores 32 bytes for 24: goes on while 44 characters are left, room for 33. */
AVX2 static size_t decode_256(uint8_t *out, const char *text, size_t n)
{
    size_t done = 0;

    for (; n - done >= 44; done += 32, out += 24) {
        __m256i in = _mm256_loadu_si256((const __m256i_u *)(text + done));
        __m256i foreign = foreign_256(in);
        if (!_mm256_testz_si256(foreign, foreign))
            break;
        _mm256_storeu_si256((__m256i_u *)out, join_256(in));
    }
    return done;
}

/* Are these 128 characters all of the alphabet? */
AVX2 static inline bool all_native_256(const char *text)
{
    const __m256i_u *in = (const __m256i_u *)text;
    __m256i first = _mm256_or_si256(foreign_256(_mm256_loadu_si256(in)), foreign_256(_mm256_loadu_si256(in + 1)));
    __m256i second = _mm256_or_si256(foreign_256(_mm256_loadu_si256(in + 2)), foreign_256(_mm256_loadu_si256(in + 3)));
    __m256i foreign = _mm256_or_si256(first, second);

    return _mm256_testz_si256(foreign, foreign);
}

AVX2 static size_t span_256(const char *text, size_t n)
{
    size_t done = 0;

    while (n - done >= 128 && all_native_256(text + done))
        done += 128;
    for (; n - done >= 32; done += 32) {
        __m256i foreign = foreign_256(_mm256_loadu_si256((const __m256i_u *)(text + done)));
        __m256i marks = _mm256_cmpgt_epi8(foreign, _mm256_setzero_si256());
        unsigned bits = (unsigned)_mm256_movemask_epi8(marks);
        if (bits)
            return done + (size_t)__builtin_ctz(bits);
    }
    return done;
}

const struct base64_kernel base64_avx2 = { "avx2", encode_256, decode_256, span_256 };

#endif
