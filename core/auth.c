/* auth.c - the keys of this gateway, and who a request's headers say it is.
 * SPDX-License-Identifier: MIT */
#include "auth.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include "base64.h"
#include "buf.h"

struct caller {
    char *name;
    unsigned char hash[AUTH_HASH];
};

struct auth_keys {
    struct caller *callers;
    size_t count, cap;
};

/* A key as it lies in a header. */
struct slice {
    const char *text;
    size_t len;
};

struct auth_keys *auth_keys_new(void)
{
    return calloc(1, sizeof(struct auth_keys));
}

void auth_keys_free(struct auth_keys *keys)
{
    if (!keys)
        return;
    for (size_t i = 0; i < keys->count; i++)
        free(keys->callers[i].name);
    free(keys->callers);
    free(keys);
}

static bool add(struct auth_keys *keys, const char *name, const unsigned char hash[AUTH_HASH])
{
    struct caller *callers = buf_grow(keys->callers, &keys->cap, keys->count, sizeof *callers);

    if (!callers)
        return false;
    keys->callers = callers;
    char *copy = strdup(name);
    if (!copy)
        return false;
    callers[keys->count].name = copy;
    memcpy(callers[keys->count++].hash, hash, AUTH_HASH);
    return true;
}

bool auth_keys_add(struct auth_keys *keys, const char *name, const char *key)
{
    unsigned char hash[AUTH_HASH];

    return SHA256((const unsigned char *)key, strlen(key), hash) && add(keys, name, hash);
}

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    const char *at = memchr(digits, c, sizeof digits - 1);

    if (!at)
        return -1;
    return at - digits < 16 ? (int)(at - digits) : (int)(at - digits) - 6;
}

bool auth_keys_add_sha256(struct auth_keys *keys, const char *name, const char *hex)
{
    unsigned char hash[AUTH_HASH];

    if (strlen(hex) != 2 * AUTH_HASH)
        return false;
    for (size_t i = 0; i < AUTH_HASH; i++) {
        int high = hex_digit(hex[2 * i]), low = hex_digit(hex[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        hash[i] = (unsigned char)(high << 4 | low);
    }
    return add(keys, name, hash);
}

size_t auth_keys_count(const struct auth_keys *keys)
{
    return keys->count;
}

const char *auth_keys_name(const struct auth_keys *keys, size_t position)
{
    return keys->callers[position].name;
}

/* Without the white space around it; nothing for NULL. */
static struct slice trim(const char *text)
{
    static const char blank[] = " \t";

    if (!text)
        return (struct slice){ "", 0 };
    text += strspn(text, blank);
    size_t len = strlen(text);
    while (len > 0 && strchr(blank, text[len - 1]))
        len--;
    return (struct slice){ text, len };
}

/* The key behind "Bearer". False: the value is of another scheme. */
static bool bearer(const char *authorization, struct slice *key)
{
    static const char scheme[] = "Bearer";
    size_t len = sizeof scheme - 1;
    struct slice value = trim(authorization);

    *key = (struct slice){ "", 0 };
    if (value.len == 0)
        return true;
    if (strncasecmp(value.text, scheme, len) != 0)
        return false;
    if (value.len > len && value.text[len] != ' ' && value.text[len] != '\t')
        return false;
    *key = trim(value.text + len);
    return true;
}

/* Looks at every caller, whether or not one was found, and takes the first. */
static int find(const struct auth_keys *keys, struct slice key)
{
    unsigned char hash[AUTH_HASH];
    int found = AUTH_WRONG;

    if (!SHA256((const unsigned char *)key.text, key.len, hash))
        return AUTH_WRONG;
    for (size_t i = keys->count; i-- > 0; ) {
        if (CRYPTO_memcmp(keys->callers[i].hash, hash, AUTH_HASH) == 0)
            found = (int)i;
    }
    return found;
}

int auth_check(const struct auth_keys *keys, const char *authorization, const char *x_api_key)
{
    struct slice key, other = trim(x_api_key);

    if (!bearer(authorization, &key))
        return AUTH_WRONG;
    if (key.len == 0 && other.len == 0)
        return AUTH_MISSING;
    if (key.len == 0)
        return find(keys, other);
    if (other.len > 0 && (other.len != key.len || CRYPTO_memcmp(other.text, key.text, key.len) != 0))
        return AUTH_CONFLICT;
    return find(keys, key);
}

void auth_hex(char *out, const unsigned char *bytes, size_t n)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
}

void auth_sha256_hex(char out[2 * AUTH_HASH + 1], const void *bytes, size_t n)
{
    unsigned char hash[AUTH_HASH];

    out[0] = '\0';
    if (!SHA256(bytes, n, hash))
        return;
    auth_hex(out, hash, AUTH_HASH);
    out[2 * AUTH_HASH] = '\0';
}

bool auth_key_new(char out[AUTH_KEY + 1])
{
    static const char prefix[] = "pk-";
    unsigned char bytes[AUTH_HASH];
    char text[sizeof bytes / 3 * 4 + 4];        /* 43 characters and one '=' */

    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return false;
    base64_encode(text, bytes, sizeof bytes);
    memcpy(out, prefix, sizeof prefix - 1);
    for (size_t i = 0; i < AUTH_KEY - (sizeof prefix - 1); i++)
        out[sizeof prefix - 1 + i] = text[i] == '+' ? '-' : text[i] == '/' ? '_' : text[i];
    out[AUTH_KEY] = '\0';
    OPENSSL_cleanse(bytes, sizeof bytes);
    OPENSSL_cleanse(text, sizeof text);
    return true;
}
