/* base64.c - strict base64: plain C, and the choice of something faster.
 * SPDX-License-Identifier: MIT */
#include "base64.h"

#include <stdatomic.h>
#include <string.h>

#include "base64_kernel.h"

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Value + 1 of each character, so that 0, the default, is "not one of them". */
static const uint8_t value_plus_1[256] = {
    ['A'] = 1,  ['B'] = 2,  ['C'] = 3,  ['D'] = 4,  ['E'] = 5,  ['F'] = 6,  ['G'] = 7,  ['H'] = 8,
    ['I'] = 9,  ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16,
    ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24,
    ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32,
    ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40,
    ['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48,
    ['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,
    ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['+'] = 63, ['/'] = 64,
};

/* The six bits that a character stands for; -1: none. */
static int value_of(char c)
{
    return value_plus_1[(uint8_t)c] - 1;
}

static void write_quartet(char *out, uint32_t bits)
{
    out[0] = alphabet[bits >> 18];
    out[1] = alphabet[bits >> 12 & 63];
    out[2] = alphabet[bits >> 6 & 63];
    out[3] = alphabet[bits & 63];
}

static size_t encode_plain(char *out, const uint8_t *bytes, size_t n)
{
    size_t done = 0;

    for (; n - done >= 3; done += 3, out += 4) {
        const uint8_t *three = bytes + done;
        write_quartet(out, (uint32_t)(three[0] << 16 | three[1] << 8 | three[2]));
    }
    return done;
}

static size_t decode_plain(uint8_t *out, const char *text, size_t n)
{
    size_t done = 0;

    for (; n - done >= 4; done += 4, out += 3) {
        const char *four = text + done;
        int a = value_of(four[0]), b = value_of(four[1]), c = value_of(four[2]), d = value_of(four[3]);
        if ((a | b | c | d) < 0)
            break;
        out[0] = (uint8_t)(a << 2 | b >> 4);
        out[1] = (uint8_t)(b << 4 | c >> 2);
        out[2] = (uint8_t)(c << 6 | d);
    }
    return done;
}

static size_t span_plain(const char *text, size_t n)
{
    size_t done = 0;

    while (done < n && value_of(text[done]) >= 0)
        done++;
    return done;
}

static const struct base64_kernel plain = { "scalar", encode_plain, decode_plain, span_plain };

/* The kernel by this name, or the best one if name is NULL, if this processor has it. */
static const struct base64_kernel *find_kernel(const char *name)
{
#ifdef BASE64_X86
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && (!name || strcmp(name, base64_avx2.name) == 0))
        return &base64_avx2;
    if (__builtin_cpu_supports("ssse3") && (!name || strcmp(name, base64_ssse3.name) == 0))
        return &base64_ssse3;
#endif
#ifdef BASE64_NEON
    if (!name || strcmp(name, base64_neon.name) == 0)
        return &base64_neon;
#endif
    return !name || strcmp(name, plain.name) == 0 ? &plain : NULL;
}

static _Atomic(const struct base64_kernel *) chosen;

/* Two threads may both choose the first time: they choose the same. */
static const struct base64_kernel *kernel(void)
{
    const struct base64_kernel *now = atomic_load_explicit(&chosen, memory_order_relaxed);

    if (now)
        return now;
    now = find_kernel(NULL);
    atomic_store_explicit(&chosen, now, memory_order_relaxed);
    return now;
}

const char *base64_kernel(void)
{
    return kernel()->name;
}

bool base64_use_kernel(const char *name)
{
    const struct base64_kernel *found = find_kernel(name ? name : "");

    if (!found)
        return false;
    atomic_store_explicit(&chosen, found, memory_order_relaxed);
    return true;
}

/* The last one or two bytes, padded. */
static void encode_last(char *out, const uint8_t *bytes, size_t n)
{
    write_quartet(out, (uint32_t)(bytes[0] << 16 | (n == 2 ? bytes[1] << 8 : 0)));
    out[3] = '=';
    if (n == 1)
        out[2] = '=';
}

size_t base64_encode(char *out, const void *bytes, size_t n)
{
    const uint8_t *in = bytes;

    if (n == 0)
        return 0;
    size_t done = kernel()->encode(out, in, n);
    done += encode_plain(out + done / 3 * 4, in + done, n - done);
    if (done < n)
        encode_last(out + done / 3 * 4, in + done, n - done);
    return base64_encoded_size(n);
}

/* The last four characters, which alone may hold padding; the bits that padding
 * cuts off must be zero. */
static bool decode_last(uint8_t *out, size_t *count, const char *text)
{
    size_t padding = text[3] != '=' ? 0 : text[2] != '=' ? 1 : 2;
    uint32_t bits = 0;

    for (size_t i = 0; i < 4 - padding; i++) {
        int value = value_of(text[i]);
        if (value < 0)
            return false;
        bits |= (uint32_t)value << (18 - 6 * i);
    }
    if (bits & ((1u << 8 * padding) - 1))
        return false;
    *count = 3 - padding;
    for (size_t i = 0; i < *count; i++)
        out[i] = (uint8_t)(bits >> (16 - 8 * i));
    return true;
}

bool base64_decode(void *out, size_t *decoded, const char *text, size_t n)
{
    uint8_t *to = out;
    size_t last;

    *decoded = 0;
    if (n == 0 || n % 4 != 0)
        return n == 0;
    size_t done = kernel()->decode(to, text, n - 4);
    done += decode_plain(to + done / 4 * 3, text + done, n - 4 - done);
    if (done != n - 4 || !decode_last(to + done / 4 * 3, &last, text + done))
        return false;
    *decoded = done / 4 * 3 + last;
    return true;
}

size_t base64_span(const char *text, size_t n)
{
    if (n == 0)
        return 0;
    size_t done = kernel()->span(text, n);
    return done + span_plain(text + done, n - done);
}

bool base64_valid(const char *text, size_t n)
{
    uint8_t ignored[3];
    size_t last;

    if (n == 0 || n % 4 != 0)
        return n == 0;
    return base64_span(text, n - 4) == n - 4 && decode_last(ignored, &last, text + n - 4);
}
