/* base64_neon.c - base64 with NEON, which every aarch64 processor has.
 *
 * The processor's own loads and stores sort triples and quartets into vectors,
 * so a block is 48 bytes and 64 characters; translation looks up tables of 64.
 * SPDX-License-Identifier: MIT */
#include "base64_kernel.h"

#ifdef BASE64_NEON

#include <arm_neon.h>
#include <stdbool.h>

enum { BYTES = 48, CHARACTERS = 64 };   /* of a block */

static const uint8_t alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* The value of each character below 128, 255 for what is not of the alphabet. */
static const uint8_t values[128] = {
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 62,  255, 255, 255, 63,
    52,  53,  54,  55,  56,  57,  58,  59,  60,  61,  255, 255, 255, 255, 255, 255,
    255, 0,   1,   2,   3,   4,   5,   6,   7,   8,   9,   10,  11,  12,  13,  14,
    15,  16,  17,  18,  19,  20,  21,  22,  23,  24,  25,  255, 255, 255, 255, 255,
    255, 26,  27,  28,  29,  30,  31,  32,  33,  34,  35,  36,  37,  38,  39,  40,
    41,  42,  43,  44,  45,  46,  47,  48,  49,  50,  51,  255, 255, 255, 255, 255,
};

static size_t encode(char *out, const uint8_t *bytes, size_t n)
{
    const uint8x16x4_t table = vld1q_u8_x4(alphabet);
    const uint8x16_t six_bits = vdupq_n_u8(63);
    size_t done = 0;

    for (; n - done >= BYTES; done += BYTES, out += CHARACTERS) {
        uint8x16x3_t in = vld3q_u8(bytes + done);
        uint8x16x4_t text;
        text.val[0] = vqtbl4q_u8(table, vshrq_n_u8(in.val[0], 2));
        text.val[1] = vqtbl4q_u8(table, vandq_u8(vsliq_n_u8(vshrq_n_u8(in.val[1], 4), in.val[0], 4), six_bits));
        text.val[2] = vqtbl4q_u8(table, vandq_u8(vsliq_n_u8(vshrq_n_u8(in.val[2], 6), in.val[1], 2), six_bits));
        text.val[3] = vqtbl4q_u8(table, vandq_u8(in.val[2], six_bits));
        vst4q_u8((uint8_t *)out, text);
    }
    return done;
}

/* Values of characters, with the top bit set where one is foreign. A look-up
 * outside a table gives 0, so one of the two halves always stays silent; a
 * character from 128 on brings the top bit itself. */
static inline uint8x16_t values_of(uint8x16x4_t low, uint8x16x4_t high, uint8x16_t text)
{
    uint8x16_t below_64 = vqtbl4q_u8(low, text);
    uint8x16_t from_64 = vqtbl4q_u8(high, veorq_u8(text, vdupq_n_u8(64)));

    return vorrq_u8(vorrq_u8(below_64, from_64), vandq_u8(text, vdupq_n_u8(128)));
}

static inline bool any_foreign(uint8x16_t a, uint8x16_t b, uint8x16_t c, uint8x16_t d)
{
    return vmaxvq_u8(vorrq_u8(vorrq_u8(a, b), vorrq_u8(c, d))) >= 128;
}

static size_t decode(uint8_t *out, const char *text, size_t n)
{
    const uint8x16x4_t low = vld1q_u8_x4(values), high = vld1q_u8_x4(values + 64);
    size_t done = 0;

    for (; n - done >= CHARACTERS; done += CHARACTERS, out += BYTES) {
        uint8x16x4_t in = vld4q_u8((const uint8_t *)text + done);
        uint8x16_t a = values_of(low, high, in.val[0]), b = values_of(low, high, in.val[1]);
        uint8x16_t c = values_of(low, high, in.val[2]), d = values_of(low, high, in.val[3]);
        if (any_foreign(a, b, c, d))
            break;
        uint8x16x3_t bytes;
        bytes.val[0] = vorrq_u8(vshlq_n_u8(a, 2), vshrq_n_u8(b, 4));
        bytes.val[1] = vorrq_u8(vshlq_n_u8(b, 4), vshrq_n_u8(c, 2));
        bytes.val[2] = vorrq_u8(vshlq_n_u8(c, 6), d);
        vst3q_u8(out, bytes);
    }
    return done;
}

/* Whole blocks only: where exactly a foreign character stands, plain C finds out. */
static size_t span(const char *text, size_t n)
{
    const uint8x16x4_t low = vld1q_u8_x4(values), high = vld1q_u8_x4(values + 64);
    size_t done = 0;

    for (; n - done >= CHARACTERS; done += CHARACTERS) {
        uint8x16x4_t in = vld1q_u8_x4((const uint8_t *)text + done);
        if (any_foreign(values_of(low, high, in.val[0]), values_of(low, high, in.val[1]),
                        values_of(low, high, in.val[2]), values_of(low, high, in.val[3])))
            break;
    }
    return done;
}

const struct base64_kernel base64_neon = { "neon", encode, decode, span };

#endif
