/* jsonlift.c - long base64 out of JSON, without looking at most of its bytes twice.
 *
 * A string is walked in windows of JSONLIFT_MIN bytes. A run that is long enough
 * and does not begin before the window covers the window's last byte; so when that
 * byte cannot belong to a run, the window holds none and is left behind after one
 * search for the closing quote. Only otherwise is it read backwards to where the
 * run may begin, and forwards, token by token. Each byte is read a fixed number of
 * times, whatever the sender chose.
 * SPDX-License-Identifier: MIT */
#include "jsonlift.h"

#include <stdbool.h>
#include <string.h>

#include "base64.h"

enum { PADS_MAX = 2, ESCAPE = 2, UNICODE_ESCAPE = 6 };

struct lift {
    struct buf *out;
    struct blobs *blobs;
    char *copied;               /* all before it is in out */
    char *end;
    enum jsonlift_result result;
};

struct run {
    char *end;                  /* of what the sender wrote */
    size_t count;               /* characters, each escape being one */
};

static const bool in_alphabet[256] = {
    ['A' ... 'Z'] = true, ['a' ... 'z'] = true, ['0' ... '9'] = true, ['+'] = true, ['/'] = true,
};

/* May the byte be part of a run, as it is written? */
static bool in_run(char c)
{
    return in_alphabet[(unsigned char)c] || c == '\\';
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* How long the escape at a backslash is, broken ones and the end of the body
 * included; never reaches over a quote but the one in \". */
static size_t escape_len(const char *at, const char *end)
{
    size_t left = (size_t)(end - at), len = ESCAPE;

    if (left < ESCAPE)
        return left;
    while (at[1] == 'u' && len < UNICODE_ESCAPE && len < left && hex_value(at[len]) >= 0)
        len++;
    return len;
}

/* The ASCII character that the escape at `at` stands for, 0 when there is no escape
 * or it stands for something else than base64 may hold. */
static char unescape(const char *at, const char *end)
{
    if (end - at < ESCAPE || at[0] != '\\')
        return 0;
    if (at[1] == '/')
        return '/';
    if (end - at < UNICODE_ESCAPE || memcmp(at, "\\u00", 4) != 0)
        return 0;
    int high = hex_value(at[4]), low = hex_value(at[5]);
    if (high < 0 || low < 0)
        return 0;
    char c = (char)(high << 4 | low);
    return in_alphabet[(unsigned char)c] || c == '=' ? c : 0;
}

/* How far the run that begins at `at` reaches. Changes nothing: it may be short. */
static struct run measure(char *at, char *end)
{
    struct run run = { at, 0 };

    for (;;) {
        size_t span = base64_span(run.end, (size_t)(end - run.end));
        run.end += span;
        run.count += span;
        char c = unescape(run.end, end);
        if (c == 0 || c == '=')
            return run;
        run.end += escape_len(run.end, end);
        run.count++;
    }
}

/* Up to two '=' behind a run are part of its text. */
static void take_pads(struct run *run, const char *end)
{
    for (int pads = 0; pads < PADS_MAX; pads++) {
        if (run->end < end && *run->end == '=')
            run->end++;
        else if (unescape(run->end, end) == '=')
            run->end += UNICODE_ESCAPE;
        else
            return;
        run->count++;
    }
}

/* Writes the run over itself without its escapes; it only gets shorter. */
static void undo_escapes(char *start, const struct run *run)
{
    char *to = start;

    for (const char *at = start; at < run->end; ) {
        const char *escape = memchr(at, '\\', (size_t)(run->end - at));
        size_t plain = (size_t)((escape ? escape : run->end) - at);
        if (to != at)
            memmove(to, at, plain);
        to += plain;
        at += plain;
        if (escape) {
            *to++ = unescape(at, run->end);
            at += escape_len(at, run->end);
        }
    }
}

static bool copy(struct lift *lift, const char *bytes, size_t n)
{
    if (buf_add(lift->out, bytes, n))
        return true;
    lift->result = n > lift->out->max - lift->out->len ? JSONLIFT_TOO_LARGE : JSONLIFT_NO_MEMORY;
    return false;
}

/* The run becomes a blob. False: lift->result says why not. */
static bool lift_run(struct lift *lift, char *start, struct run *run)
{
    char mark[BLOB_MARK];

    take_pads(run, lift->end);
    if ((size_t)(run->end - start) > run->count)
        undo_escapes(start, run);
    if (!copy(lift, lift->copied, (size_t)(start - lift->copied)))
        return false;
    if (!blobs_add(lift->blobs, start, run->count, BLOB_BASE64, mark)) {
        lift->result = JSONLIFT_NO_MEMORY;
        return false;
    }
    lift->copied = run->end;
    return copy(lift, mark, BLOB_MARK);
}

/* A window without a quote whose last byte may belong to a run. Returns where to
 * go on, NULL when lifting failed. Goes through the whole window, even when many
 * escapes cut it up: beginning anew behind each of them would take quadratic time. */
static char *walk_window(struct lift *lift, char *window)
{
    char *stop = window + JSONLIFT_MIN, *at = stop - 1;

    while (at > window && in_run(at[-1]))
        at--;
    while (at < stop) {
        struct run run = measure(at, lift->end);
        if (run.count >= JSONLIFT_MIN)
            return lift_run(lift, at, &run) ? run.end : NULL;
        at = run.end;
        if (at < lift->end && *at == '\\')
            at += escape_len(at, lift->end);    /* of something that ends a run */
    }
    return at;
}

/* Is the quote behind an odd number of backslashes? start is not within an escape. */
static bool is_escaped(const char *start, const char *quote)
{
    const char *at = quote;

    while (at > start && at[-1] == '\\')
        at--;
    return (quote - at) % 2 == 1;
}

/* Returns the end of the string that `at` is in, behind its quote; NULL when lifting
 * failed. `at` never lies within an escape, nor a run across it. */
static char *walk_string(struct lift *lift, char *at)
{
    while (at) {
        size_t left = (size_t)(lift->end - at);
        char *quote = memchr(at, '"', left < JSONLIFT_MIN ? left : JSONLIFT_MIN);
        if (quote && !is_escaped(at, quote))
            return quote + 1;
        if (quote)
            at = quote + 1;
        else if (left < JSONLIFT_MIN)
            return lift->end;
        else
            at = in_run(at[JSONLIFT_MIN - 1]) ? walk_window(lift, at) : at + JSONLIFT_MIN;
    }
    return NULL;
}

enum jsonlift_result jsonlift(struct buf *out, char *body, size_t len, struct blobs *blobs)
{
    struct lift lift = { .out = out, .blobs = blobs, .copied = body, .end = len > 0 ? body + len : body };
    char *at = body;

    while (at < lift.end) {
        char *quote = memchr(at, '"', (size_t)(lift.end - at));
        if (!quote)
            break;
        at = walk_string(&lift, quote + 1);
        if (!at)
            return lift.result;
    }
    copy(&lift, lift.copied, (size_t)(lift.end - lift.copied));
    return lift.result;
}
