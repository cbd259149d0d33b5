/* buf_test.c - does a buffer grow, and stop where it was told to?
 * SPDX-License-Identifier: MIT */
#include "buf.h"

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>

#include "check.h"

/* AddressSanitizer asks here: an allocation that no memory can hold is to return
 * NULL, as everywhere, and not to end the test. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) { return "allocator_may_return_null=1"; }

/* Pieces of these lengths are added in turn; a refused one adds nothing. */
static const struct {
    const char *name;
    size_t max;
    size_t pieces[4];
    const char *taken;      /* y or n for each piece */
    size_t len;
} ceilings[] = {
    { "what fits exactly is taken",         10,        { 4, 6 },            "yy",   10 },
    { "one byte more is not",               10,        { 4, 7 },            "yn",   4 },
    { "a refusal does not spoil the rest",  10,        { 4, 7, 6, 1 },      "ynyn", 10 },
    { "nothing fits into no room",          0,         { 1 },               "n",    0 },
    { "no bytes fit into no room",          0,         { 0 },               "y",    0 },
    { "no bytes fit into a full buffer",    3,         { 3, 0, 1 },         "yyn",  3 },
    { "without a ceiling",                  SIZE_MAX,  { 1, 100, 10000, 5 }, "yyyy", 10106 },
    { "first piece larger than the first allocation", 100000, { 70000 },    "y",    70000 },
    { "growing past the ceiling's half",    100,       { 60, 30, 10, 1 },   "yyyn", 100 },
};

static void check_ceilings(void)
{
    static char bytes[70000];

    memset(bytes, 'x', sizeof bytes);
    for (size_t i = 0; i < sizeof ceilings / sizeof *ceilings; i++) {
        struct buf b;
        char taken[5] = "";
        bool whole = true;

        buf_init(&b, ceilings[i].max);
        for (size_t k = 0; ceilings[i].taken[k]; k++) {
            taken[k] = buf_add(&b, bytes, ceilings[i].pieces[k]) ? 'y' : 'n';
            whole = whole && (b.len == 0 || (b.data[b.len] == '\0' && memcmp(b.data, bytes, b.len) == 0));
        }
        CHECK_TEXT(taken, ceilings[i].taken, "ceiling: %s", ceilings[i].name);
        CHECK(b.len == ceilings[i].len, "ceiling: %s: length", ceilings[i].name);
        CHECK(whole, "ceiling: %s: the bytes are whole and end with NUL", ceilings[i].name);
        CHECK(ceilings[i].max == SIZE_MAX || b.cap <= ceilings[i].max + 1, "ceiling: %s: memory", ceilings[i].name);
        buf_free(&b);
    }
}

static const struct {
    const char *name;
    size_t max, len, n;
    bool good;
} reserves[] = {
    { "as much as the ceiling",     100,        0,  100,            true },
    { "more than the ceiling",      100,        0,  101,            false },
    { "the rest",                   100,        40, 60,             true },
    { "more than the rest",         100,        40, 61,             false },
    { "so much that sums overflow", SIZE_MAX,   40, SIZE_MAX - 20,  false },
    { "so much that the NUL overflows", SIZE_MAX, 0, SIZE_MAX,      false },
    { "more than there is memory",  SIZE_MAX,   40, PTRDIFF_MAX,    false },
};

static void check_reserve(void)
{
    static const char bytes[100] = "reserve";

    for (size_t i = 0; i < sizeof reserves / sizeof *reserves; i++) {
        struct buf b;

        buf_init(&b, reserves[i].max);
        bool good = buf_add(&b, bytes, reserves[i].len) && buf_reserve(&b, reserves[i].n) == reserves[i].good;
        CHECK(good, "reserve: %s", reserves[i].name);
        CHECK(b.len == reserves[i].len && (b.len == 0 || memcmp(b.data, bytes, b.len) == 0),
              "reserve: %s: what was there is untouched", reserves[i].name);
        if (reserves[i].good)
            memset(b.data + b.len, 'x', reserves[i].n);     /* a sanitizer would object */
        buf_free(&b);
    }
}

static void check_format(void)
{
    struct buf b;

    buf_init(&b, 10);
    CHECK(buf_add_text(&b, "n=") && buf_add_format(&b, "%d", 12345678), "format: up to the ceiling");
    CHECK_TEXT(b.data, "n=12345678", "format: appends");
    CHECK(!buf_add_format(&b, "%s", "x"), "format: not past it");
    CHECK(!buf_add_text(&b, "x"), "text: not past it");
    CHECK_TEXT(b.data, "n=12345678", "format: a refusal adds nothing");
    CHECK(buf_add_format(&b, "%s", ""), "format: of nothing");
    buf_free(&b);
}

static void check_take(void)
{
    struct buf b;
    size_t len = 99;

    buf_init(&b, 10);
    CHECK(buf_take(&b, &len) == NULL && len == 0, "take: NULL when nothing was added");
    buf_add_text(&b, "mine");
    char *text = buf_take(&b, &len);
    CHECK_TEXT(text, "mine", "take: gives the bytes away");
    CHECK(len == 4 && b.len == 0 && b.data == NULL, "take: leaves nothing");
    CHECK(buf_add_text(&b, "0123456789") && !buf_add_text(&b, "x"), "take: the ceiling stays");
    free(text);
    text = buf_take(&b, NULL);
    CHECK_TEXT(text, "0123456789", "take: the length may be left out");
    free(text);
    buf_add_text(&b, "again");
    buf_free(&b);
    buf_free(&b);
    CHECK(b.len == 0 && b.data == NULL && buf_add_text(&b, "again"), "free: empty, and usable again");
    buf_free(&b);
}

static void check_grow(void)
{
    size_t cap = 0;
    int *list = NULL;
    bool good = true;

    for (int i = 0; i < 1000; i++) {
        int *grown = buf_grow(list, &cap, (size_t)i, sizeof *list);
        good = good && grown && cap > (size_t)i;
        list = grown;
        list[i] = i;
    }
    for (int i = 0; i < 1000; i++)
        good = good && list[i] == i;
    CHECK(good, "grow: a thousand elements");
    size_t huge = SIZE_MAX / 2 + 1;
    CHECK(buf_grow(list, &huge, huge, sizeof *list) == NULL && huge == SIZE_MAX / 2 + 1, "grow: overflow of elements");
    huge = SIZE_MAX / 4;
    CHECK(buf_grow(list, &huge, huge, sizeof *list) == NULL && huge == SIZE_MAX / 4, "grow: overflow of bytes");
    free(list);
}

int main(void)
{
    check_ceilings();
    check_reserve();
    check_format();
    check_take();
    check_grow();
    return check_finish();
}
