/* buf.c - a growable byte string with a ceiling.
 * SPDX-License-Identifier: MIT */
#include "buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAP = 64, FIRST_LIST = 8 };

void buf_init(struct buf *b, size_t max)
{
    *b = (struct buf){ .max = max };
}

void buf_free(struct buf *b)
{
    free(b->data);
    buf_init(b, b->max);
}

/* Half as much again, so that appending n bytes costs O(n) and at most a third of
 * the memory is spare; a first request is taken at its word. */
static size_t next_cap(const struct buf *b, size_t need)
{
    size_t cap = b->cap > 0 ? b->cap : FIRST_CAP;

    if (b->cap > 0 && __builtin_add_overflow(cap, cap / 2, &cap))
        return need;
    if (cap - 1 > b->max)
        cap = b->max + 1;
    return cap > need ? cap : need;
}

bool buf_reserve(struct buf *b, size_t n)
{
    size_t need;    /* with the NUL */

    if (b->len > b->max || n > b->max - b->len || __builtin_add_overflow(b->len + n, 1, &need))
        return false;
    if (need <= b->cap)
        return true;
    size_t cap = next_cap(b, need);
    char *data = realloc(b->data, cap);
    if (!data)
        return false;
    b->data = data;
    b->cap = cap;
    return true;
}

bool buf_add(struct buf *b, const void *bytes, size_t n)
{
    if (!buf_reserve(b, n))
        return false;
    if (n > 0)
        memcpy(b->data + b->len, bytes, n);     /* bytes may be NULL when n is 0 */
    b->len += n;
    b->data[b->len] = '\0';
    return true;
}

bool buf_add_text(struct buf *b, const char *text)
{
    return buf_add(b, text, strlen(text));
}

__attribute__((format(printf, 2, 0)))
static int measure(va_list args, const char *format)
{
    va_list copy;

    va_copy(copy, args);
    int n = vsnprintf(NULL, 0, format, copy);
    va_end(copy);
    return n;
}

bool buf_add_format(struct buf *b, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    int n = measure(args, format);
    bool good = n >= 0 && buf_reserve(b, (size_t)n);
    if (good) {
        vsnprintf(b->data + b->len, (size_t)n + 1, format, args);
        b->len += (size_t)n;
    }
    va_end(args);
    return good;
}

char *buf_take(struct buf *b, size_t *len)
{
    char *data = b->data;

    if (len)
        *len = b->len;
    buf_init(b, b->max);
    return data;
}

void *buf_grow(void *list, size_t *cap, size_t count, size_t size)
{
    size_t wanted = FIRST_LIST, bytes;

    if (count < *cap)
        return list;
    if (*cap > 0 && __builtin_mul_overflow(*cap, (size_t)2, &wanted))
        return NULL;
    if (__builtin_mul_overflow(wanted, size, &bytes))
        return NULL;
    void *grown = realloc(list, bytes);
    if (grown)
        *cap = wanted;
    return grown;
}
