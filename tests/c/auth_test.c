/* auth_test.c - who gets in, with which headers?
 * SPDX-License-Identifier: MIT */
#include "auth.h"

#include "check.h"

#define SHA256_OF_TEST "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
#define SHA256_OF_SHOUT "B6EFA0BAD673D029A3DD5182F8B67D0D088CA5C405B5DBCEF1DD0AE2850C0A4F"
#define SHA256_OF_NOTHING "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

enum { WEB, KIOSK, AGAIN, SHOUTED };    /* positions, in the order of make_keys() */

static const struct {
    const char *name, *authorization, *x_api_key;
    int result;
} requests[] = {
    { "no header",                      NULL,                   NULL,       AUTH_MISSING },
    { "empty headers",                  "",                     "",         AUTH_MISSING },
    { "headers of white space",         "  \t ",                " \t",      AUTH_MISSING },
    { "a scheme without a key",         "Bearer",               NULL,       AUTH_MISSING },
    { "a scheme and spaces",            "Bearer   ",            NULL,       AUTH_MISSING },
    { "bearer",                         "Bearer web-key",       NULL,       WEB },
    { "bearer in lower case",           "bearer web-key",       NULL,       WEB },
    { "bearer in upper case",           "BEARER web-key",       NULL,       WEB },
    { "several spaces",                 "  Bearer    web-key ", NULL,       WEB },
    { "a tab",                          "Bearer\tweb-key\t",    NULL,       WEB },
    { "x-api-key",                      NULL,                   "web-key",  WEB },
    { "x-api-key with spaces",          NULL,                   " web-key ", WEB },
    { "x-api-key, empty authorization", "",                     "web-key",  WEB },
    { "x-api-key, scheme without key",  "Bearer ",              "web-key",  WEB },
    { "bearer, empty x-api-key",        "Bearer web-key",       "",         WEB },
    { "both, the same",                 "Bearer web-key",       "web-key",  WEB },
    { "both, the same wrong one",       "Bearer nobody",        "nobody",   AUTH_WRONG },
    { "both good, but different",       "Bearer web-key",       "test",     AUTH_CONFLICT },
    { "both, one a prefix",             "Bearer web-key",       "web-ke",   AUTH_CONFLICT },
    { "both, one longer",               "Bearer web-key",       "web-keys", AUTH_CONFLICT },
    { "both, different by case",        "Bearer web-key",       "WEB-KEY",  AUTH_CONFLICT },
    { "key kept as its digest",         "Bearer test",          NULL,       KIOSK },
    { "the first of equal keys",        NULL,                   "same-key", AGAIN },
    { "digest in upper case",           NULL,                   "shout",    SHOUTED },
    { "a key's digest is no key",       "Bearer " SHA256_OF_TEST, NULL,     AUTH_WRONG },
    { "a prefix of a key",              "Bearer web-ke",        NULL,       AUTH_WRONG },
    { "a key and more",                 "Bearer web-keys",      NULL,       AUTH_WRONG },
    { "another case",                   "Bearer WEB-KEY",       NULL,       AUTH_WRONG },
    { "two words",                      "Bearer web-key web-key", NULL,     AUTH_WRONG },
    { "a list of schemes",              "Basic x, Bearer web-key", NULL,    AUTH_WRONG },
    { "basic",                          "Basic d2ViLWtleQ==",   NULL,       AUTH_WRONG },
    { "basic beside a good key",        "Basic d2ViLWtleQ==",   "web-key",  AUTH_WRONG },
    { "no scheme",                      "web-key",              NULL,       AUTH_WRONG },
    { "no space behind the scheme",     "Bearerweb-key",        NULL,       AUTH_WRONG },
    { "part of the scheme",             "Bear web-key",         NULL,       AUTH_WRONG },
    { "the scheme in x-api-key",        NULL,                   "Bearer web-key", AUTH_WRONG },
};

static const struct {
    const char *name, *hex;
    bool good;
} digests[] = {
    { "lower case",     SHA256_OF_TEST, true },
    { "upper case",     SHA256_OF_SHOUT, true },
    { "empty",          "", false },
    { "a digit short",  "f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", false },
    { "a digit long",   "0" SHA256_OF_TEST, false },
    { "no digit first", "gf86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", false },
    { "no digit last",  "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a0:", false },
    { "a space",        "9f86d081884c7d659a2feaa0c55ad015 3bf4f1b2b0b822cd15d6c15b0f00a08", false },
};

static struct auth_keys *make_keys(void)
{
    struct auth_keys *keys = auth_keys_new();

    auth_keys_add(keys, "web", "web-key");
    auth_keys_add_sha256(keys, "kiosk", SHA256_OF_TEST);
    auth_keys_add(keys, "again", "same-key");
    auth_keys_add_sha256(keys, "shouted", SHA256_OF_SHOUT);
    auth_keys_add(keys, "again too", "same-key");
    return keys;
}

static void check_requests(void)
{
    struct auth_keys *keys = make_keys(), *nobody = auth_keys_new();

    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        int got = auth_check(keys, requests[i].authorization, requests[i].x_api_key);
        CHECK(got == requests[i].result, "auth: %s: expected %d, got %d", requests[i].name, requests[i].result, got);
    }
    CHECK(auth_keys_count(keys) == 5, "auth: count");
    CHECK_TEXT(auth_keys_name(keys, KIOSK), "kiosk", "auth: a name");
    CHECK_TEXT(auth_keys_name(keys, SHOUTED), "shouted", "auth: another name");
    CHECK(auth_check(nobody, "Bearer web-key", NULL) == AUTH_WRONG, "auth: without keys nobody is known");
    auth_keys_free(keys);
    auth_keys_free(nobody);
    auth_keys_free(NULL);
}

static void check_many(void)
{
    struct auth_keys *keys = auth_keys_new();
    char key[32];
    bool good = true;

    for (int i = 0; i < 100; i++) {
        snprintf(key, sizeof key, "key-%d", i);
        good = good && auth_keys_add(keys, key, key);
    }
    for (int i = 0; i < 100; i++) {
        snprintf(key, sizeof key, "key-%d", i);
        good = good && auth_check(keys, NULL, key) == i && strcmp(auth_keys_name(keys, (size_t)i), key) == 0;
    }
    CHECK(good, "auth: each of a hundred callers is told from the others");
    auth_keys_free(keys);
}

static void check_digests(void)
{
    for (size_t i = 0; i < sizeof digests / sizeof *digests; i++) {
        struct auth_keys *keys = auth_keys_new();
        CHECK(auth_keys_add_sha256(keys, "x", digests[i].hex) == digests[i].good, "digest: %s", digests[i].name);
        CHECK(auth_keys_count(keys) == digests[i].good, "digest: %s: count", digests[i].name);
        auth_keys_free(keys);
    }
}

static void check_sha256(void)
{
    char hex[2 * AUTH_HASH + 1];

    auth_sha256_hex(hex, "test", 4);
    CHECK_TEXT(hex, SHA256_OF_TEST, "sha256: a word");
    auth_sha256_hex(hex, "", 0);
    CHECK_TEXT(hex, SHA256_OF_NOTHING, "sha256: nothing");
    auth_sha256_hex(hex, "test\0", 5);
    CHECK(strcmp(hex, SHA256_OF_TEST) != 0, "sha256: a NUL counts");
}

static void check_new_keys(void)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    char key[AUTH_KEY + 1], before[AUTH_KEY + 1] = "";
    bool good = true;

    for (int i = 0; i < 200; i++) {
        good = good && auth_key_new(key) && strlen(key) == AUTH_KEY && strncmp(key, "pk-", 3) == 0
            && strspn(key + 3, alphabet) == AUTH_KEY - 3 && strcmp(key, before) != 0;
        strcpy(before, key);
    }
    CHECK(good, "new key: pk- and 43 characters, another each time");
    struct auth_keys *keys = auth_keys_new();
    CHECK(auth_keys_add(keys, "new", key) && auth_check(keys, NULL, key) == 0, "new key: lets in");
    auth_keys_free(keys);
}

int main(void)
{
    check_requests();
    check_many();
    check_digests();
    check_sha256();
    check_new_keys();
    return check_finish();
}
