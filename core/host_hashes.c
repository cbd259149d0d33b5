/* host_hashes.c - the table `host`: hashes and signatures.
 * SPDX-License-Identifier: MIT */
#include "host.h"

#include <lauxlib.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <stdlib.h>

#include "auth.h"
#include "base64.h"
#include "rope.h"
#include "script.h"

static void push_hex(lua_State *L, const unsigned char *bytes, size_t len)
{
    luaL_Buffer text;

    auth_hex(luaL_buffinitsize(L, &text, 2 * len), bytes, len);
    luaL_pushresultsize(&text, 2 * len);
}

/* host.hex(bytes) -> two lower-case digits for each */
static int l_hex(lua_State *L)
{
    size_t len;
    const char *bytes = luaL_checklstring(L, 1, &len);

    push_hex(L, (const unsigned char *)bytes, len);
    return 1;
}

/* Hashes the rope as it would be written. */
static bool hash_rope(unsigned char digest[AUTH_HASH], const struct rope *rope)
{
    struct rope_walk walk = { .rope = rope };
    char *scratch = malloc(base64_encoded_size(ROPE_CHUNK));
    EVP_MD_CTX *hash = EVP_MD_CTX_new();
    bool good = scratch && hash && EVP_DigestInit_ex(hash, EVP_sha256(), NULL);
    const char *data;
    size_t n;

    while (good && (n = rope_next(&walk, 0, scratch, &data)) > 0)
        good = EVP_DigestUpdate(hash, data, n);
    good = good && EVP_DigestFinal_ex(hash, digest, NULL);
    EVP_MD_CTX_free(hash);
    free(scratch);
    return good;
}

/* host.sha256(text) -> 64 hexadecimal digits; marks count as the base64 that they stand for */
static int l_sha256(lua_State *L)
{
    static const struct blobs none = { 0 };
    size_t len;
    const char *text = luaL_checklstring(L, 1, &len);
    const struct host_context *host = script_context(L);
    unsigned char digest[AUTH_HASH];
    struct rope rope;

    bool good = rope_split(&rope, text, len, host ? &host->blobs : &none, ROPE_BASE64) && hash_rope(digest, &rope);
    rope_free(&rope);
    if (!good)
        return luaL_error(L, "not enough memory");
    push_hex(L, digest, sizeof digest);
    return 1;
}

/* Nobody is there to type one: without this, OpenSSL would ask at the terminal. */
static int no_password(char *room, int size, int writing, void *context)
{
    (void)room, (void)size, (void)writing, (void)context;
    return -1;
}

static EVP_PKEY *private_key(const char *pem, size_t len)
{
    BIO *text = len <= INT_MAX ? BIO_new_mem_buf(pem, (int)len) : NULL;
    EVP_PKEY *key = text ? PEM_read_bio_PrivateKey(text, NULL, no_password, NULL) : NULL;

    BIO_free(text);
    return key;
}

/* Signs with RSA and SHA-256. A buffer from OPENSSL_malloc; NULL: key is no RSA key. */
static unsigned char *sign(EVP_PKEY *key, const char *text, size_t len, size_t *signed_len)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    unsigned char *signature = NULL;

    if (context && EVP_PKEY_base_id(key) == EVP_PKEY_RSA && EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) == 1
        && EVP_DigestSign(context, NULL, signed_len, (const unsigned char *)text, len) == 1)
        signature = OPENSSL_malloc(*signed_len);
    if (signature && EVP_DigestSign(context, signature, signed_len, (const unsigned char *)text, len) != 1) {
        OPENSSL_free(signature);
        signature = NULL;
    }
    EVP_MD_CTX_free(context);
    return signature;
}

/* host.rs256(pem, text) -> the signature's bytes (RSASSA-PKCS1-v1_5 with SHA-256, RFC 7518) | nil, reason */
static int l_rs256(lua_State *L)
{
    size_t pem_len, len, signed_len = 0;
    const char *pem = luaL_checklstring(L, 1, &pem_len);
    const char *text = luaL_checklstring(L, 2, &len);
    EVP_PKEY *key = private_key(pem, pem_len);
    unsigned char *signature = key ? sign(key, text, len, &signed_len) : NULL;

    EVP_PKEY_free(key);
    ERR_clear_error();
    if (!signature) {
        lua_pushnil(L);
        lua_pushliteral(L, "expected a private RSA key in PEM");
        return 2;
    }
    lua_pushlstring(L, (const char *)signature, signed_len);    /* an error here leaks it once: memory is at its end */
    OPENSSL_free(signature);
    return 1;
}

/* host.hmac(key, bytes) -> the 32 bytes of HMAC-SHA-256 */
static int l_hmac(lua_State *L)
{
    size_t key_len, len;
    const char *key = luaL_checklstring(L, 1, &key_len);
    const char *bytes = luaL_checklstring(L, 2, &len);
    unsigned char digest[AUTH_HASH];
    unsigned int size = sizeof digest;

    luaL_argcheck(L, key_len < 65536, 1, "expected a key under 64 KiB");
    if (!HMAC(EVP_sha256(), key, (int)key_len, (const unsigned char *)bytes, len, digest, &size))
        return luaL_error(L, "not enough memory");
    lua_pushlstring(L, (const char *)digest, size);
    return 1;
}

void host_add_hashes(lua_State *L)
{
    static const luaL_Reg functions[] = {
        { "sha256", l_sha256 }, { "hmac", l_hmac }, { "hex", l_hex }, { "rs256", l_rs256 }, { NULL, NULL },
    };

    luaL_setfuncs(L, functions, 0);
}
