/* base64_kernel.h - what must a processor's own way of base64 do?
 *
 * Private to base64*.c. A kernel is a fast path: it does whole blocks for as
 * long as it safely can and says how far it came; base64.c finishes in plain C,
 * and alone decides what is strict.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct base64_kernel {
    const char *name;

    /* Encodes from the start of bytes; returns how many it did, a multiple of 3.
     * Reads no byte past n, writes nothing but the characters of those it did. */
    size_t (*encode)(char *out, const uint8_t *bytes, size_t n);

    /* Decodes from the start of text; returns how many characters it did, a
     * multiple of 4, all of the alphabet. May write anything to the n / 4 * 3
     * bytes of out, none behind them. */
    size_t (*decode)(uint8_t *out, const char *text, size_t n);

    /* How many characters at the start are of the alphabet; may stop early. */
    size_t (*span)(const char *text, size_t n);
};

#if defined(__x86_64__) || defined(__i386__)
#define BASE64_X86 1
extern const struct base64_kernel base64_avx2, base64_ssse3;
#endif

#if defined(__aarch64__)
#define BASE64_NEON 1
extern const struct base64_kernel base64_neon;
#endif
