/* auth.h - is this caller allowed in?
 *
 * Keys are kept as SHA-256 and every one of them is compared, in constant time,
 * so that neither a memory dump nor a stop-watch tells a key. Knows nothing of
 * HTTP or Lua: the server hands it header text.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { AUTH_HASH = 32 };

struct auth_keys;   /* built once at start, then only read, by every thread */

/* An empty list. NULL when out of memory. Free with auth_keys_free(); NULL is fine. */
struct auth_keys *auth_keys_new(void);
void auth_keys_free(struct auth_keys *keys);

/* Adds a caller by key, or by the key's SHA-256 as 64 hexadecimal digits (either
 * case). Copies. False: out of memory or no such digest. */
bool auth_keys_add(struct auth_keys *keys, const char *name, const char *key);
bool auth_keys_add_sha256(struct auth_keys *keys, const char *name, const char *hex);

size_t auth_keys_count(const struct auth_keys *keys);

/* The name that a position was added with. Borrowed. */
const char *auth_keys_name(const struct auth_keys *keys, size_t position);

enum { AUTH_MISSING = -1, AUTH_WRONG = -2, AUTH_CONFLICT = -3 };

/* Position of the caller, from the values of "Authorization: Bearer KEY" (scheme
 * in any case) and "x-api-key: KEY"; either may be NULL. AUTH_MISSING: neither
 * carries a key. AUTH_WRONG: unknown, or not Bearer. AUTH_CONFLICT: both carry
 * keys and they differ. */
int auth_check(const struct auth_keys *keys, const char *authorization, const char *x_api_key);

/* Two lower-case hexadecimal digits for each byte, without a NUL. */
void auth_hex(char *out, const unsigned char *bytes, size_t n);

/* SHA-256 of the bytes as 64 lower-case digits and a NUL; "" when out of memory. */
void auth_sha256_hex(char out[2 * AUTH_HASH + 1], const void *bytes, size_t n);

/* A new key, "pk-" and 43 characters of A-Z a-z 0-9 - _ (256 random bits), with
 * a NUL. False: no randomness to be had. */
enum { AUTH_KEY = 3 + 43 };
bool auth_key_new(char out[AUTH_KEY + 1]);
