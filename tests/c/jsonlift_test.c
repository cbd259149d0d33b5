/* jsonlift_test.c - are long runs lifted, all of them, and nothing else touched?
 *
 * A table of cases written out by hand, and a model that goes byte by byte, with
 * which inputs that no table could hold are compared. Inputs lie in memory of
 * exactly their size, so that a sanitizer sees one byte read too far.
 * SPDX-License-Identifier: MIT */
#include "jsonlift.h"

#include <stdint.h>
#include <stdlib.h>

#include "check.h"
#include "random.h"

/* In these texts ~ is a run of JSONLIFT_MIN characters, ^ one that is one short of
 * it, and # in the output is a mark. */
static const struct {
    const char *name, *in, *out, *blobs;    /* blobs: one after the other, | behind each */
} cases[] = {
    { "nothing",                        "",                         "",                     "" },
    { "no strings",                     "[1,2,{}]",                 "[1,2,{}]",             "" },
    { "short strings",                  "{\"a\":\"b\",\"c\":\"\"}", "{\"a\":\"b\",\"c\":\"\"}", "" },
    { "a long run",                     "{\"a\":\"~\"}",            "{\"a\":\"#\"}",        "~|" },
    { "one character short",            "{\"a\":\"^\"}",            "{\"a\":\"^\"}",        "" },
    { "one character more",             "{\"a\":\"^AB\"}",          "{\"a\":\"#\"}",        "^AB|" },
    { "alone",                          "\"~\"",                    "\"#\"",                "~|" },
    { "one pad",                        "\"~=\"",                   "\"#\"",                "~=|" },
    { "two pads",                       "\"~==\"",                  "\"#\"",                "~==|" },
    { "a third pad is text",            "\"~===\"",                 "\"#=\"",               "~==|" },
    { "pads do not count",              "\"^==\"",                  "\"^==\"",              "" },
    { "a pad splits",                   "\"^=^\"",                  "\"^=^\"",              "" },
    { "pad, then another run",          "\"~=~\"",                  "\"##\"",               "~=|~|" },
    { "pads written as escapes",        "\"~\\u003d\\u003D\"",      "\"#\"",                "~==|" },
    { "one pad plain, one escaped",     "\"~=\\u003d.\"",           "\"#.\"",               "~==|" },
    { "a third, escaped, is text",      "\"~==\\u003d\"",           "\"#\\u003d\"",         "~==|" },
    { "an escaped pad splits",          "\"^\\u003d^\"",            "\"^\\u003d^\"",        "" },
    { "a data link",                    "\"data:image/png;base64,~==\"", "\"data:image/png;base64,#\"", "~==|" },
    { "text around",                    "\"see ~ there\"",          "\"see # there\"",      "~|" },
    { "two in a string",                "\"~,~\"",                  "\"#,#\"",              "~|~|" },
    { "letters in front are of the run", "\"abc~\"",                "\"#\"",                "abc~|" },
    { "a key",                          "{\"~\":1}",                "{\"#\":1}",            "~|" },
    { "nested",                         "[[{\"a\":[\"~\",{\"b\":\"~=\"}]}]]", "[[{\"a\":[\"#\",{\"b\":\"#\"}]}]]", "~|~=|" },
    { "outside strings",                "~",                        "~",                    "" },
    { "between strings",                "\"a\"~\"b\"",              "\"a\"~\"b\"",          "" },
    { "in and out",                     "\"a\"~\"~\"~",             "\"a\"~\"#\"~",         "~|" },

    { "escaped slash makes it long enough", "\"^\\/\"",             "\"#\"",                "^/|" },
    { "escaped slash in front",         "\"\\/^\"",                 "\"#\"",                "/^|" },
    { "escaped slashes",                "\"\\/~\\/\\/~\\/\"",       "\"#\"",                "/~//~/|" },
    { "slash and pad",                  "\"^\\/\\u003d\"",          "\"#\"",                "^/=|" },
    { "each escape counts as one",      "\"\\/AA\\/\\u002b^ \"",    "\"# \"",               "/AA/+^|" },
    { "too short with escapes stays",   "\"\\/AA\\/\\u002bBB\"",    "\"\\/AA\\/\\u002bBB\"", "" },
    { "short beside long",              "\"\\/A,~,\\u002b\"",       "\"\\/A,#,\\u002b\"",   "~|" },
    { "unicode escapes",                "\"^\\u002b\\u002F\\u0041\\u007a\\u0030\"", "\"#\"", "^+/Az0|" },
    { "unicode of another character",   "\"^\\u002d^\"",            "\"^\\u002d^\"",        "" },
    { "its digits are not of the run behind", "\"\\u00e9~\"",       "\"\\u00e9#\"",         "~|" },
    { "nor of one that is short",       "\"\\u00e9^\"",             "\"\\u00e9^\"",         "" },
    { "unicode beyond ASCII",           "\"^\\u0141^\"",            "\"^\\u0141^\"",        "" },
    { "unicode past 7f",                "\"^\\u00c1^\"",            "\"^\\u00c1^\"",        "" },
    { "unicode broken",                 "\"~\\u00g1~\"",            "\"#\\u00#\"",          "~|g1~|" },
    { "unicode cut by the quote",       "\"~\\u00\",\"~\"",         "\"#\\u00\",\"#\"",     "~|~|" },
    { "capital U is no escape",         "\"^\\U002b^\"",            "\"^\\U#\"",            "002b^|" },
    { "a letter's escape splits",       "\"^\\n^\"",                "\"^\\n^\"",            "" },
    { "its letter is not of the run",   "\"\\n^\"",                 "\"\\n^\"",             "" },
    { "escaped quote splits",           "\"^\\\"^\"",               "\"^\\\"^\"",           "" },
    { "escaped quote does not end",     "\"a\\\"~\"",               "\"a\\\"#\"",           "~|" },
    { "escaped quote behind a run",     "\"~\\\"~\"",               "\"#\\\"#\"",           "~|~|" },
    { "escaped backslash, then the end", "\"~\\\\\",~,\"~\"",       "\"#\\\\\",~,\"#\"",    "~|~|" },
    { "backslashes, then a quote",      "\"\\\\\\\"~\"",            "\"\\\\\\\"#\"",        "~|" },
    { "many backslashes, then the end", "\"\\\\\\\\\"~",            "\"\\\\\\\\\"~",        "" },

    { "URL alphabet: minus splits",     "\"^-^\"",                  "\"^-^\"",              "" },
    { "URL alphabet: underscore splits", "\"^_^\"",                 "\"^_^\"",              "" },
    { "a line break splits",            "\"^\n^\"",                 "\"^\n^\"",             "" },
    { "no end of the string",           "{\"a\":\"~",               "{\"a\":\"#",           "~|" },
    { "ends in a pad",                  "\"~=",                     "\"#",                  "~=|" },
    { "ends in a backslash",            "\"~\\",                    "\"#\\",                "~|" },
    { "ends in an escape",              "\"~\\u00",                 "\"#\\u00",             "~|" },
    { "ends in an escaped pad",         "\"~\\u003",                "\"#\\u003",            "~|" },
    { "a forged mark is text",          "\"<blob:00000000000000000000000000000000:00000000>~\"",
                                        "\"<blob:00000000000000000000000000000000:00000000>#\"", "~|" },
    { "a quote at the very end",        "\"a\"\"",                  "\"a\"\"",              "" },
};

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void add_run(struct buf *b, size_t n)
{
    for (; n > 64; n -= 64)
        buf_add(b, alphabet, 64);
    buf_add(b, alphabet, n);
}

static void expand(struct buf *b, const char *text)
{
    buf_init(b, SIZE_MAX);
    buf_add_text(b, "");
    for (; *text; text++) {
        if (*text == '~' || *text == '^')
            add_run(b, *text == '~' ? JSONLIFT_MIN : JSONLIFT_MIN - 1);
        else
            buf_add(b, text, 1);
    }
}

/* What jsonlift() made: the text with # for each mark, and the blobs. */
struct lifted {
    enum jsonlift_result result;
    bool in_order;          /* the marks are those of blob 0, 1, 2 ... */
    struct buf text, blobs;
};

static void read_out(struct lifted *lifted, const struct blobs *blobs, const struct buf *out)
{
    size_t at = 0, count = 0;

    while (at < out->len) {
        size_t mark = at + blobs_seek(blobs, out->data + at, out->len - at);
        buf_add(&lifted->text, out->data + at, mark - at);
        if (mark == out->len)
            break;
        const struct blob *blob = blobs_find(blobs, out->data + mark, out->len - mark);
        lifted->in_order = lifted->in_order && blob == &blobs->list[count++] && blob->form == BLOB_BASE64;
        buf_add_text(&lifted->text, "#");
        buf_add(&lifted->blobs, blob->data, blob->len);
        buf_add_text(&lifted->blobs, "|");
        at = mark + BLOB_MARK;
    }
    lifted->in_order = lifted->in_order && count == blobs->count;
}

static struct lifted lift(const char *in, size_t len, size_t max)
{
    struct lifted lifted = { .in_order = true };
    struct blobs blobs;
    struct buf out;
    char *body = malloc(len > 0 ? len : 1);

    memcpy(body, in, len);
    buf_init(&lifted.text, SIZE_MAX);
    buf_init(&lifted.blobs, SIZE_MAX);
    buf_init(&out, max);
    buf_add_text(&lifted.text, "");
    buf_add_text(&lifted.blobs, "");
    blobs_init(&blobs);
    lifted.result = jsonlift(&out, body, len, &blobs);
    read_out(&lifted, &blobs, &out);
    buf_free(&out);
    blobs_free(&blobs);
    free(body);
    return lifted;
}

static void lifted_free(struct lifted *lifted)
{
    buf_free(&lifted->text);
    buf_free(&lifted->blobs);
}

static bool same(const struct buf *a, const struct buf *b)
{
    return a->len == b->len && memcmp(a->data, b->data, a->len) == 0;
}

static void check_cases(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf in, out, blobs;

        expand(&in, cases[i].in);
        expand(&out, cases[i].out);
        expand(&blobs, cases[i].blobs);
        struct lifted lifted = lift(in.data, in.len, SIZE_MAX);
        CHECK(lifted.result == JSONLIFT_OK && lifted.in_order && same(&lifted.text, &out), "text: %s", cases[i].name);
        CHECK(same(&lifted.blobs, &blobs), "blobs: %s", cases[i].name);
        lifted_free(&lifted);
        buf_free(&in);
        buf_free(&out);
        buf_free(&blobs);
    }
}

/* --- the model: one token after the other, nothing clever --- */

static bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

static bool of_alphabet(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

/* The length of the token at `at`, and the character that it stands for; 0 for one
 * that base64 has no use for. */
static size_t token(const char *at, size_t left, char *c)
{
    char digits[5] = "";
    size_t len = 2;

    *c = *at;
    if (*at != '\\')
        return 1;
    *c = 0;
    if (left < 2 || at[1] != 'u') {
        *c = left >= 2 && at[1] == '/' ? '/' : 0;
        return left < 2 ? left : 2;
    }
    while (len < 6 && len < left && is_hex(at[len]))
        len++;
    memcpy(digits, at + 2, len - 2);
    long value = strtol(digits, NULL, 16);
    if (len == 6 && value < 128 && (of_alphabet((char)value) || value == '='))
        *c = (char)value;
    return len;
}

/* The run at the start of text into run, pads included; how many bytes it takes. */
static size_t model_run(struct buf *run, const char *text, size_t len)
{
    size_t at = 0, n;
    char c;

    while (at < len && (n = token(text + at, len - at, &c), of_alphabet(c))) {
        run->data[run->len++] = c;
        at += n;
    }
    for (int pads = 0; run->len >= JSONLIFT_MIN && pads < 2 && at < len; pads++) {
        n = token(text + at, len - at, &c);
        if (c != '=')
            break;
        run->data[run->len++] = c;
        at += n;
    }
    return at;
}

static void model(struct lifted *lifted, const char *text, size_t len)
{
    bool in_string = false;
    struct buf run;
    char c;

    buf_init(&run, SIZE_MAX);
    buf_reserve(&run, len);
    for (size_t at = 0; at < len; ) {
        run.len = 0;
        size_t n = in_string ? model_run(&run, text + at, len - at) : 0;
        if (run.len >= JSONLIFT_MIN) {
            buf_add_text(&lifted->text, "#");
            buf_add(&lifted->blobs, run.data, run.len);
            buf_add_text(&lifted->blobs, "|");
        } else if (n > 0) {
            buf_add(&lifted->text, text + at, n);
        } else {
            if (text[at] == '"')
                in_string = !in_string;
            n = in_string ? token(text + at, len - at, &c) : 1;
            buf_add(&lifted->text, text + at, n);
        }
        at += n;
    }
    buf_free(&run);
}

static bool as_model(const char *text, size_t len)
{
    struct lifted got = lift(text, len, SIZE_MAX), expected = { 0 };

    buf_init(&expected.text, SIZE_MAX);
    buf_init(&expected.blobs, SIZE_MAX);
    buf_add_text(&expected.text, "");
    buf_add_text(&expected.blobs, "");
    model(&expected, text, len);
    bool good = got.result == JSONLIFT_OK && got.in_order && same(&got.text, &expected.text)
             && same(&got.blobs, &expected.blobs);
    lifted_free(&got);
    lifted_free(&expected);
    return good;
}

static void check_model(void)
{
    size_t good = 0, count = sizeof cases / sizeof *cases;

    for (size_t i = 0; i < count; i++) {
        struct buf in;
        expand(&in, cases[i].in);
        good += as_model(in.data, in.len);
        buf_free(&in);
    }
    CHECK(good == count, "model: agrees with the table");
}

/* Cut anywhere, the beginning is lifted just the same. */
static void check_truncation(void)
{
    struct buf in;
    size_t good = 0;

    expand(&in, "{\"a\":\"\\\\\\\"data:image/png;base64,~==\",\"b\\u00e9\":[\"\\/^\\u002b\\u003d\\u003d\",\"^\\n\"]}");
    for (size_t len = 0; len <= in.len; len++)
        good += as_model(in.data, len);
    CHECK(good == in.len + 1, "truncated at every byte");
    buf_free(&in);
}

/* Each byte in front of a run, behind it, between two halves, and escaped. */
static void check_neighbours(void)
{
    static const char *const shapes[] = { "\"?~?\"", "\"^?^\"", "\"^?\"", "\"?^\"", "\"\\?~\\?\"", "\"^\\?^\"", "\"~?" };
    size_t shape_count = sizeof shapes / sizeof *shapes;

    for (size_t i = 0; i < shape_count; i++) {
        size_t good = 0;
        for (int c = 0; c < 256; c++) {
            struct buf in;
            expand(&in, shapes[i]);
            for (size_t k = 0; k < in.len; k++)
                in.data[k] = in.data[k] == '?' ? (char)c : in.data[k];
            good += as_model(in.data, in.len);
            buf_free(&in);
        }
        CHECK(good == 256, "neighbours: every byte for ? in %s", shapes[i]);
    }
}

/* Every length around a window's, and some of the others. */
static size_t next_length(size_t n)
{
    size_t off = (n + 20) % JSONLIFT_MIN;

    return off > 40 && off < JSONLIFT_MIN - 100 ? n + 1 + n % 97 : n + 1;
}

/* A run in every position to the windows in which strings are walked. */
static void check_positions(void)
{
    size_t good = 0, count = 0;

    for (size_t before = 0; before < 2 * JSONLIFT_MIN + 20; before = next_length(before)) {
        for (size_t shape = 0; shape < 6; shape++, count++) {
            struct buf in;
            buf_init(&in, SIZE_MAX);
            buf_add_text(&in, "\"");
            for (size_t i = 0; i < before; i++)
                buf_add(&in, i % 6 ? "x" : shape % 3 ? "\\" : " ", 1);
            buf_add_text(&in, shape % 3 == 2 ? "nx" : "  ");
            add_run(&in, JSONLIFT_MIN - shape / 3);
            buf_add_text(&in, "\"");
            good += as_model(in.data, in.len);
            buf_free(&in);
        }
    }
    CHECK(good == count, "positions: a run behind 0 to %d bytes", 2 * JSONLIFT_MIN);
}

static void add_fragment(struct buf *b)
{
    static const char *const texts[] = {
        "\"", "\"", "\"", "\\", "\\\"", "\\\\", "\\/", "\\u002b", "\\u002F", "\\u003d", "\\u00e9", "\\n", "=", "==",
        " words of a prompt ", "{\"a\":", "],", ",", "<blob:", "\\u00", "-", "A",
    };
    static const uint32_t lengths[] = { 3, 200, JSONLIFT_MIN / 2, JSONLIFT_MIN - 1, JSONLIFT_MIN, 3 * JSONLIFT_MIN };

    switch (random_below(8)) {
    case 0:
        add_run(b, lengths[random_below(6)]);
        break;
    case 1:
        for (uint32_t n = random_below(400); n > 0; n--)
            buf_add(b, &(char){ (char)random_below(256) }, 1);
        break;
    case 2:
        for (uint32_t n = random_below(1500); n > 0; n--)
            buf_add_text(b, n % 5 ? "A" : random_below(2) ? "\\/" : "\\u0042");
        break;
    default:
        buf_add_text(b, texts[random_below(sizeof texts / sizeof *texts)]);
    }
}

static void check_random(void)
{
    enum { BODIES = 1500 };
    int good = 0;

    for (int i = 0; i < BODIES; i++) {
        struct buf in;
        buf_init(&in, SIZE_MAX);
        buf_add_text(&in, "");
        for (uint32_t n = random_below(25); n > 0; n--)
            add_fragment(&in);
        good += as_model(in.data, in.len);
        buf_free(&in);
    }
    CHECK(good == BODIES, "random: %d of %d as the model has it", good, BODIES);
}

static const struct {
    const char *name, *in;
    size_t max;
    enum jsonlift_result result;
} ceilings[] = {
    { "text that fits",         "\"0123456789\"",   12,             JSONLIFT_OK },
    { "text that does not",     "\"0123456789\"",   11,             JSONLIFT_TOO_LARGE },
    { "a mark that fits",       "\"~\"",            BLOB_MARK + 2,  JSONLIFT_OK },
    { "no room for the end",    "\"~\"",            BLOB_MARK + 1,  JSONLIFT_TOO_LARGE },
    { "no room for the mark",   "\"~\"",            BLOB_MARK,      JSONLIFT_TOO_LARGE },
    { "no room for the start",  " \"~\"",           1,              JSONLIFT_TOO_LARGE },
    { "a run that is no blob",  "\"^\"",            BLOB_MARK + 2,  JSONLIFT_TOO_LARGE },
    { "two pictures, one fits", "\"~\",\"~\"",      BLOB_MARK + 9,  JSONLIFT_TOO_LARGE },
    { "nothing in nothing",     "",                 0,              JSONLIFT_OK },
};

static void check_ceilings(void)
{
    for (size_t i = 0; i < sizeof ceilings / sizeof *ceilings; i++) {
        struct buf in;
        expand(&in, ceilings[i].in);
        struct lifted lifted = lift(in.data, in.len, ceilings[i].max);
        CHECK(lifted.result == ceilings[i].result, "ceiling: %s", ceilings[i].name);
        lifted_free(&lifted);
        buf_free(&in);
    }
}

/* What is appended stands behind what was there, as several bodies of one request do. */
static void check_appends(void)
{
    struct buf in, out;
    struct blobs blobs;

    expand(&in, "\"~\"");
    buf_init(&out, SIZE_MAX);
    blobs_init(&blobs);
    CHECK(jsonlift(&out, in.data, in.len, &blobs) == JSONLIFT_OK && jsonlift(&out, NULL, 0, &blobs) == JSONLIFT_OK
          && jsonlift(&out, in.data, in.len, &blobs) == JSONLIFT_OK, "appends: two bodies, and an empty one");
    CHECK(out.len == 2 * (BLOB_MARK + 2) && blobs.count == 2
          && blobs_find(&blobs, out.data + BLOB_MARK + 3, BLOB_MARK) == &blobs.list[1], "appends: marks go on");
    blobs_free(&blobs);
    buf_free(&out);
    buf_free(&in);
}

static void repeat(struct buf *b, const char *text, size_t size)
{
    char block[4096];
    size_t n = strlen(text), whole = sizeof block / n * n;

    for (size_t i = 0; i < whole; i++)
        block[i] = text[i % n];
    while (b->len < size)
        buf_add(b, block, whole);
}

/* Megabytes of what would be slow, were any byte read more than a few times: with
 * quadratic time this test would not end. */
static void check_hostile(void)
{
    enum { SIZE = 2 << 20 };
    static const struct { const char *name, *start, *repeated; bool lifted; } shapes[] = {
        { "quotes",                 "",     "\"",           false },
        { "brackets",               "",     "[",            false },
        { "backslashes",            "\"",   "\\",           false },
        { "escaped quotes",         "\"",   "\\\"",         false },
        { "escaped slashes",        "\"",   "\\/",          true },
        { "escaped letters",        "\"",   "\\n",          false },
        { "unicode of the alphabet", "\"",  "\\u0041",      true },
        { "other unicode",          "\"",   "\\u00e9",      false },
        { "broken unicode",         "\"",   "\\u00",        false },
        { "pads",                   "\"",   "=",            false },
        { "openings of marks",      "\"",   "<blob:",       false },
        { "words with escapes",     "\"",   "AAAA\\n",      false },
        { "spaces",                 "\"",   " ",            false },
    };

    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct buf in;
        buf_init(&in, SIZE_MAX);
        buf_add_text(&in, shapes[i].start);
        repeat(&in, shapes[i].repeated, SIZE);
        struct lifted lifted = lift(in.data, in.len, SIZE_MAX);
        bool good = shapes[i].lifted ? lifted.text.len == 2 && lifted.blobs.len > SIZE / 6
                                     : same(&lifted.text, &in) && lifted.blobs.len == 0;
        CHECK(good && lifted.result == JSONLIFT_OK, "hostile: %s", shapes[i].name);
        lifted_free(&lifted);
        buf_free(&in);
    }
}

int main(void)
{
    check_cases();
    check_model();
    check_truncation();
    check_neighbours();
    check_positions();
    check_random();
    check_ceilings();
    check_appends();
    check_hostile();
    return check_finish();
}
