/* exchange.c - a request's body out, an answer in.
 * SPDX-License-Identifier: MIT */
#include "exchange.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "head.h"

enum {
    FIRST_BODY = 16 * 1024,     /* room for a body whose length was not announced */
    RESEND_SECONDS = 1,
};

static double now(void)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

/* rope_copy() gives whole groups of base64, so it wants room for four; a
 * transport may have less at the end of its buffer. */
static size_t send_little(struct exchange *x, char *out, size_t n)
{
    if (x->spare_len == 0)
        x->spare_len = rope_copy(&x->walk, x->spare, sizeof x->spare);
    if (n > x->spare_len)
        n = x->spare_len;
    memcpy(out, x->spare, n);
    x->spare_len -= n;
    memmove(x->spare, x->spare + n, x->spare_len);
    return n;
}

size_t exchange_send(struct exchange *x, char *out, size_t n)
{
    if (!x->body)
        return 0;
    x->walk.rope = x->body;
    if (n < sizeof x->spare || x->spare_len > 0)
        n = send_little(x, out, n);
    else
        n = rope_copy(&x->walk, out, n);
    x->sent += n;
    x->last_sent = now();
    return n;
}

static bool refuse(struct exchange *x, enum exchange_refusal refusal)
{
    x->refused = refusal;
    return false;
}

/* That a kept connection was closed shows within a round trip. Later, a server
 * that had the whole request has worked on it, and may charge for it twice: whether
 * to send it again is then for the policy to decide. */
bool exchange_rewind(struct exchange *x)
{
    bool whole = x->body && x->sent == x->body->bytes;

    if (whole && now() - x->last_sent > RESEND_SECONDS)
        return refuse(x, EXCHANGE_MAYBE_CHARGED);
    x->walk = (struct rope_walk){ .rope = x->body };
    x->sent = x->spare_len = 0;
    return true;
}

/* A status line begins a head, so what a 100 Continue said is forgotten; a blank
 * line ends it, so a trailer is no header. */
bool exchange_head(struct exchange *x, const char *line, size_t len)
{
    if (!x->in_head && len >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        buf_free(&x->head);
        x->in_head = true;
        return true;
    }
    if (len == 0 || line[0] == '\r' || line[0] == '\n')
        x->in_head = false;
    return !x->in_head || head_add(&x->head, line, len) || refuse(x, EXCHANGE_HEAD_TOO_LARGE);
}

/* Exactly what was announced; else twice what there was. */
static size_t next_cap(const struct exchange *x, size_t need, long long announced)
{
    size_t cap = x->cap ? x->cap * 2 : FIRST_BODY;

    if (announced >= (long long)need)
        cap = (size_t)announced;
    if (cap > x->max)
        cap = x->max;
    return cap > need ? cap : need;
}

bool exchange_body(struct exchange *x, const void *bytes, size_t n, long long announced)
{
    if (n > x->max - x->len || (x->allowance && n > *x->allowance))
        return refuse(x, EXCHANGE_TOO_LARGE);
    if (x->allowance)
        *x->allowance -= n;
    if (x->len + n > x->cap) {
        size_t cap = next_cap(x, x->len + n, announced);
        char *data = realloc(x->data, cap);
        if (!data)
            return refuse(x, EXCHANGE_NO_MEMORY);
        x->data = data;
        x->cap = cap;
    }
    memcpy(x->data + x->len, bytes, n);
    x->len += n;
    return true;
}

char *exchange_take_body(struct exchange *x, size_t *len)
{
    char *data = x->data;

    *len = x->len;
    if (x->len == 0)
        return NULL;
    if (x->len < x->cap) {
        char *exact = realloc(data, x->len);
        data = exact ? exact : data;
    }
    x->data = NULL;
    return data;
}

void exchange_free(struct exchange *x)
{
    buf_free(&x->head);
    free(x->data);
}
