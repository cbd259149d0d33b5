/* base64.h - bytes to text and back, as fast as the processor can?
 *
 * RFC 4648 section 4, with padding, strict: decoding refuses white space, the
 * URL alphabet, missing padding and bits that padding should have left zero.
 * The fastest of AVX2, SSSE3, NEON and plain C is chosen at run time.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* How many characters n bytes become, and the most bytes that n characters become. */
static inline size_t base64_encoded_size(size_t n) { return (n + 2) / 3 * 4; }
static inline size_t base64_decoded_max(size_t n) { return n / 4 * 3; }

/* Writes base64_encoded_size(n) characters to out, without a NUL. out must not
 * overlap bytes. Returns how many were written. */
size_t base64_encode(char *out, const void *bytes, size_t n);

/* Strict. out has room for base64_decoded_max(n) bytes and may not overlap text.
 * True: *decoded holds the number of bytes. False: text is not base64, and what
 * out holds is unspecified; *decoded is 0. */
bool base64_decode(void *out, size_t *decoded, const char *text, size_t n);

/* How many characters at the start of text belong to the alphabet
 * A-Z a-z 0-9 + / ('=' does not); reads no byte past n. */
size_t base64_span(const char *text, size_t n);

/* Is text strict base64? The check of base64_decode() without its output. */
bool base64_valid(const char *text, size_t n);

/* "avx2", "ssse3", "neon" or "scalar": what the functions above run on. */
const char *base64_kernel(void);

/* For tests and benchmarks: insist on a kernel by name. False when this
 * processor lacks it, and then nothing changes. */
bool base64_use_kernel(const char *name);
