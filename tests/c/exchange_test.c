/* exchange_test.c - do bytes pass in whatever stretches a transport likes?
 * SPDX-License-Identifier: MIT */
#include "exchange.h"

#include <stdlib.h>

#include "base64.h"
#include "check.h"
#include "head.h"

static void test_lines(void)
{
    static const struct {
        const char *what, *lines, *expected;
    } cases[] = {
        { "name in lower case, value trimmed", "Content-Type: \t text/Plain \r\n", "content-type: text/Plain\n" },
        { "no space after the colon", "X-One:1\r\n", "x-one: 1\n" },
        { "no value", "X-Empty:\r\n", "x-empty: \n" },
        { "colons in the value", "Location: http://h:1/\r\n", "location: http://h:1/\n" },
        { "space before the colon", "X-One : 1\r\n", "x-one: 1\n" },
        { "only a line feed", "X-One: 1\n", "x-one: 1\n" },
        { "no colon, no header", "nonsense\r\n", "" },
        { "no name, no header", ": value\r\n", "" },
        { "a continued line is no header", " x: y\r\n", "" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf head;
        buf_init(&head, 1024);
        head_add(&head, cases[i].lines, strlen(cases[i].lines));
        CHECK_TEXT(head.data ? head.data : "", cases[i].expected, "line: %s", cases[i].what);
        buf_free(&head);
    }
}

static void test_finding(void)
{
    static const struct {
        const char *what, *name, *expected;
        bool found;
    } cases[] = {
        { "the first line", "x-one", "1", true },
        { "the last of several", "x-two", "3", true },
        { "an empty value", "x-empty", "", true },
        { "cut to fit", "x-long", "abcdefg", true },
        { "not the end of another name", "one", "", false },
        { "not the beginning of another name", "x-on", "", false },
        { "not a value", "1", "", false },
    };
    char text[] = "x-one: 1\nx-two: 2\nx-two: 3\nx-empty: \nx-long: abcdefghijkl\n", out[8];
    const struct buf head = { .data = text, .len = sizeof text - 1 }, none = { 0 };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool found = head_find(&head, cases[i].name, out, sizeof out);
        CHECK(found == cases[i].found, "find: %s", cases[i].what);
        CHECK_TEXT(out, cases[i].expected, "find: %s: its value", cases[i].what);
    }
    CHECK(!head_find(&none, "x-one", out, sizeof out), "find: nothing in a head that never came");
}

static bool feed(struct exchange *x, const char *const *lines)
{
    for (; *lines; lines++) {
        if (!exchange_head(x, *lines, strlen(*lines)))
            return false;
    }
    return true;
}

static void test_heads(void)
{
    static const char *const early[] = {
        "HTTP/1.1 100 Continue\r\n", "X-Early: yes\r\n", "\r\n", "HTTP/1.1 200 OK\r\n", "X-Late: yes\r\n", "\r\n", NULL,
    };
    static const char *const trailer[] = { "HTTP/1.1 200 OK\r\n", "A: 1\r\n", "\r\n", "B: 2\r\n", "\r\n", NULL };
    static const char *const lookalike[] = { "HTTP/1.1 200 OK\r\n", "A: 1\r\n", "HTTP/2: 3\r\n", "\r\n", NULL };
    static const char *const large[] = { "HTTP/1.1 200 OK\r\n", "A: 123456789012345678901234567890\r\n", NULL };
    static const struct {
        const char *what, *const *lines, *expected;
    } cases[] = {
        { "a 100 Continue leaves nothing behind", early, "x-late: yes\n" },
        { "a trailer is no header", trailer, "a: 1\n" },
        { "a header named like a status line", lookalike, "a: 1\nhttp/2: 3\n" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct exchange x = { .head.max = 64 };
        feed(&x, cases[i].lines);
        CHECK_TEXT(x.head.data ? x.head.data : "", cases[i].expected, "head: %s", cases[i].what);
        exchange_free(&x);
    }
    struct exchange x = { .head.max = 16 };
    CHECK(!feed(&x, large) && x.refused == EXCHANGE_HEAD_TOO_LARGE, "head: refused over its ceiling");
    exchange_free(&x);
}

/* The whole body, asked for n bytes at a time. */
static bool arrives(struct exchange *x, size_t n, const char *expected, size_t len)
{
    char stretch[64];
    size_t done = 0, got;

    while ((got = exchange_send(x, stretch, n)) > 0 && done + got <= len) {
        if (got > n || memcmp(stretch, expected + done, got) != 0)
            return false;
        done += got;
    }
    return done == len && got == 0;
}

static void test_sending(void)
{
    char raw[] = "raw bytes\xff\x80, ten", expected[128], ignored[16];
    struct rope_piece pieces[] = {
        { "{\"a\":\"", 6, false }, { raw, sizeof raw - 1, true }, { "\",\"b\":\"", 7, false }, { raw, 1, true },
        { "\"}", 2, false },
    };
    size_t len = 6;

    memcpy(expected, pieces[0].data, 6);
    len += base64_encode(expected + len, raw, sizeof raw - 1);
    memcpy(expected + len, pieces[2].data, 7);
    len += 7;
    len += base64_encode(expected + len, raw, 1);
    memcpy(expected + len, "\"}", 2);
    len += 2;
    struct rope rope = { .pieces = pieces, .count = 5, .bytes = len };
    for (size_t n = 1; n <= 12; n++) {
        struct exchange x = { .body = &rope };
        CHECK(arrives(&x, n, expected, len), "send: whole, %zu bytes at a time", n);
        CHECK(exchange_rewind(&x) && arrives(&x, n, expected, len), "send: again after a rewind, %zu at a time", n);
        exchange_rewind(&x);
        exchange_send(&x, ignored, n);
        CHECK(exchange_rewind(&x) && arrives(&x, n, expected, len), "send: rewound half way, %zu at a time", n);
        exchange_free(&x);
    }
}

static void test_resending(void)
{
    struct rope_piece piece = { "body", 4, false };
    struct rope rope = { .pieces = &piece, .count = 1, .bytes = 4 };
    struct exchange x = { .body = &rope };
    char out[8];

    exchange_send(&x, out, sizeof out);
    x.last_sent -= 100;
    CHECK(!exchange_rewind(&x) && x.refused == EXCHANGE_MAYBE_CHARGED, "resend: not what was sent whole long ago");
    x = (struct exchange){ .body = &rope };
    exchange_send(&x, out, 2);
    x.last_sent -= 100;
    CHECK(exchange_rewind(&x), "resend: what no server has seen whole");
    x = (struct exchange){ .max = 1 };
    CHECK(exchange_rewind(&x) && exchange_send(&x, out, sizeof out) == 0, "resend: no body");
}

/* Feeds len bytes, a stretch at a time. */
static bool take(struct exchange *x, size_t len, long long announced)
{
    static const char stretch[10000];

    for (size_t done = 0; done < len;) {
        size_t n = len - done < sizeof stretch ? len - done : sizeof stretch;
        if (!exchange_body(x, stretch, n, announced))
            return false;
        done += n;
    }
    return true;
}

static void test_bodies(void)
{
    enum { MB = 1 << 20 };
    static const struct {
        const char *what;
        size_t len, max;
        long long announced;
        enum exchange_refusal refused;
        size_t cap_max;
    } cases[] = {
        { "nothing", 0, 100, -1, EXCHANGE_FINE, 0 },
        { "one byte", 1, 100, 1, EXCHANGE_FINE, 1 },
        { "announced: room for just that", 2 * MB, 8 * MB, 2 * MB, EXCHANGE_FINE, 2 * MB },
        { "not announced: at most twice", 2 * MB + 1, 8 * MB, -1, EXCHANGE_FINE, 4 * MB },
        { "up to the ceiling", 100, 100, -1, EXCHANGE_FINE, 100 },
        { "one byte over the ceiling", 101, 100, -1, EXCHANGE_TOO_LARGE, 100 },
        { "far over the ceiling", MB, 100000, -1, EXCHANGE_TOO_LARGE, 100000 },
        { "announced less than came", 2 * MB, 8 * MB, 10, EXCHANGE_FINE, 4 * MB },
        { "announced more than the ceiling", 100, 200, 1LL << 60, EXCHANGE_FINE, 200 },
        { "no ceiling", 100000, (size_t)-1, -1, EXCHANGE_FINE, 200000 },
        { "no body allowed", 1, 0, -1, EXCHANGE_TOO_LARGE, 0 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct exchange x = { .max = cases[i].max };
        size_t len;
        bool good = take(&x, cases[i].len, cases[i].announced);
        CHECK(good == (cases[i].refused == EXCHANGE_FINE) && x.refused == cases[i].refused, "body: %s", cases[i].what);
        CHECK(x.cap <= cases[i].cap_max, "body: %s: %zu bytes of room, at most %zu", cases[i].what, x.cap,
              cases[i].cap_max);
        char *data = exchange_take_body(&x, &len);
        CHECK(!good || (len == cases[i].len && !data == (len == 0)), "body: %s: taken", cases[i].what);
        free(data);
        exchange_free(&x);
    }
}

/* Two bodies that may take 300 bytes together, and 200 each. */
static void test_allowance(void)
{
    size_t left = 300;
    struct exchange first = { .max = 200, .allowance = &left }, second = first;

    CHECK(take(&first, 200, -1) && left == 100, "allowance: the first takes its part");
    CHECK(!take(&first, 1, -1) && left == 100, "allowance: what is over its own ceiling takes none");
    CHECK(take(&second, 100, -1) && left == 0, "allowance: the second takes the rest");
    CHECK(!take(&second, 1, -1) && second.refused == EXCHANGE_TOO_LARGE, "allowance: and no more");
    exchange_free(&first);
    exchange_free(&second);
}

int main(void)
{
    test_lines();
    test_finding();
    test_heads();
    test_sending();
    test_resending();
    test_bodies();
    test_allowance();
    return check_finish();
}
