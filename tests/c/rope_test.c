/* rope_test.c - does a rope say, piece by piece, what joining it would?
 * SPDX-License-Identifier: MIT */
#include "rope.h"

#include <stdint.h>
#include <stdlib.h>

#include "base64.h"
#include "buf.h"
#include "check.h"
#include "random.h"

/* A text with marks, its blobs, and the same joined in each form. */
struct sample {
    struct blobs blobs;
    struct buf text, joined[2];
};

static void sample_init(struct sample *sample)
{
    blobs_init(&sample->blobs);
    buf_init(&sample->text, SIZE_MAX);
    buf_add_text(&sample->text, "");
    for (int form = 0; form < 2; form++) {
        buf_init(&sample->joined[form], SIZE_MAX);
        buf_add_text(&sample->joined[form], "");
    }
}

static void sample_free(struct sample *sample)
{
    blobs_free(&sample->blobs);
    buf_free(&sample->text);
    buf_free(&sample->joined[ROPE_BASE64]);
    buf_free(&sample->joined[ROPE_BYTES]);
}

static void add_text(struct sample *sample, const char *text, size_t n)
{
    buf_add(&sample->text, text, n);
    buf_add(&sample->joined[ROPE_BASE64], text, n);
    buf_add(&sample->joined[ROPE_BYTES], text, n);
}

static void join(struct sample *sample, const struct blob *blob)
{
    struct buf *base64 = &sample->joined[ROPE_BASE64], *bytes = &sample->joined[ROPE_BYTES];
    size_t decoded = 0;

    if (blob->form == BLOB_BASE64) {
        buf_add(base64, blob->data, blob->len);
        buf_reserve(bytes, base64_decoded_max(blob->len));
        base64_decode(bytes->data + bytes->len, &decoded, blob->data, blob->len);
        bytes->len += decoded;
        return;
    }
    buf_add(bytes, blob->data, blob->len);
    buf_reserve(base64, base64_encoded_size(blob->len));
    base64->len += base64_encode(base64->data + base64->len, blob->data, blob->len);
}

/* A new blob of n bytes, or of their base64, in memory of exactly its size. */
static void add_blob(struct sample *sample, size_t n, enum blob_form form)
{
    size_t len = form == BLOB_RAW ? n : base64_encoded_size(n);
    char *bytes = malloc(n + 1), *data = malloc(len > 0 ? len : 1), mark[BLOB_MARK];

    for (size_t i = 0; i < n; i++)
        bytes[i] = (char)random_below(256);
    if (form == BLOB_RAW)
        memcpy(data, bytes, n);
    else
        base64_encode(data, bytes, n);
    free(bytes);
    blobs_adopt(&sample->blobs, data);
    blobs_add(&sample->blobs, data, len, form, mark);
    buf_add(&sample->text, mark, BLOB_MARK);
    join(sample, &sample->blobs.list[sample->blobs.count - 1]);
}

/* Walks it in steps of max into a text. False: a step was longer than max. */
static bool walk_next(const struct rope *rope, size_t max, struct buf *out)
{
    size_t room = base64_encoded_size(ROPE_CHUNK), n;
    char *scratch = malloc(max > 0 && max < room ? max : room);
    struct rope_walk walk = { .rope = rope };
    const char *data;
    bool good = true;

    while ((n = rope_next(&walk, max, scratch, &data)) > 0) {
        good = good && (max == 0 || n <= max);
        buf_add(out, data, n);
    }
    good = good && rope_next(&walk, max, scratch, &data) == 0;
    free(scratch);
    return good;
}

static bool walk_copy(const struct rope *rope, size_t max, struct buf *out)
{
    struct rope_walk walk = { .rope = rope };
    char *piece = malloc(max);
    bool good = true;
    size_t n;

    while ((n = rope_copy(&walk, piece, max)) > 0) {
        good = good && n <= max;
        buf_add(out, piece, n);
    }
    free(piece);
    return good;
}

typedef bool walker(const struct rope *rope, size_t max, struct buf *out);

static bool says_as(const struct sample *sample, enum rope_form form, walker *walk, size_t max)
{
    const struct buf *joined = &sample->joined[form];
    struct rope rope;
    struct buf out;

    buf_init(&out, SIZE_MAX);
    buf_add_text(&out, "");
    bool good = rope_split(&rope, sample->text.data, sample->text.len, &sample->blobs, form) && walk(&rope, max, &out);
    good = good && out.len == joined->len && memcmp(out.data, joined->data, out.len) == 0 && rope.bytes == out.len;
    rope_free(&rope);
    buf_free(&out);
    return good;
}

static bool says(const struct sample *sample, walker *walk, size_t max)
{
    return says_as(sample, ROPE_BASE64, walk, max) && says_as(sample, ROPE_BYTES, walk, max);
}

/* T text, R and B a raw and a base64 blob, r and b empty ones; each T, R, B has the
 * next of the lengths. */
static const struct {
    const char *name, *shape;
    size_t lengths[4];
    size_t pieces;
} shapes[] = {
    { "nothing",                "",     { 0 },                      0 },
    { "text",                   "T",    { 10 },                     1 },
    { "a base64 blob",          "B",    { 5000 },                   1 },
    { "a raw blob",             "R",    { 5000 },                   1 },
    { "one byte",               "R",    { 1 },                      1 },
    { "two bytes",              "R",    { 2 },                      1 },
    { "one byte in base64",     "B",    { 1 },                      1 },
    { "a chunk in base64",      "B",    { ROPE_CHUNK },             1 },
    { "more of it in base64",   "B",    { 2 * ROPE_CHUNK + 1 },     1 },
    { "exactly a chunk",        "R",    { ROPE_CHUNK },             1 },
    { "a byte more",            "R",    { ROPE_CHUNK + 1 },         1 },
    { "chunks and a rest",      "R",    { 2 * ROPE_CHUNK + 2 },     1 },
    { "text, raw, text",        "TRT",  { 10, 100, 10 },            3 },
    { "blobs side by side",     "RBRB", { 10, 20, 11, 21 },         4 },
    { "text at the end only",   "BT",   { 4, 1 },                   2 },
    { "empty blobs are no end", "rTbrRb", { 3, 4 },                 2 },
    { "only empty blobs",       "rb",   { 0 },                      0 },
};

static void make_shape(struct sample *sample, const char *shape, const size_t *lengths)
{
    sample_init(sample);
    for (; *shape; shape++) {
        if (*shape == 'r' || *shape == 'b')
            add_blob(sample, 0, *shape == 'r' ? BLOB_RAW : BLOB_BASE64);
        else if (*shape == 'T')
            for (size_t n = *lengths++; n > 0; n--)
                add_text(sample, "<", 1);
        else
            add_blob(sample, *lengths++, *shape == 'R' ? BLOB_RAW : BLOB_BASE64);
    }
}

static void check_shapes(void)
{
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct sample sample;
        struct rope rope;
        bool good = true;

        make_shape(&sample, shapes[i].shape, shapes[i].lengths);
        CHECK(rope_split(&rope, sample.text.data, sample.text.len, &sample.blobs, ROPE_BASE64) && rope.count == shapes[i].pieces,
              "shape: %s: pieces", shapes[i].name);
        rope_free(&rope);
        CHECK(says(&sample, walk_next, 0), "shape: %s: whole stretches", shapes[i].name);
        for (size_t max = 4; max <= 70; max++)
            good = good && says(&sample, walk_next, max) && says(&sample, walk_copy, max);
        CHECK(good, "shape: %s: stretches of 4 to 70 bytes", shapes[i].name);
        sample_free(&sample);
    }
}

static void make_random(struct sample *sample)
{
    static const char *const texts[] = {
        "{\"a\":\"", "\"}", "<", "<blob:", "<blob:00000000000000000000000000000000:00000000>", "0", ">", "plain text",
    };

    sample_init(sample);
    for (uint32_t n = random_below(12); n > 0; n--) {
        const char *text = texts[random_below(8)];
        switch (random_below(3)) {
        case 0:  add_text(sample, text, strlen(text)); break;
        case 1:  add_blob(sample, random_below(100), BLOB_RAW); break;
        default: add_blob(sample, random_below(100), BLOB_BASE64);
        }
    }
}

static void check_random(void)
{
    enum { SAMPLES = 300 };
    int good = 0;

    for (int i = 0; i < SAMPLES; i++) {
        struct sample sample;
        make_random(&sample);
        bool all = says(&sample, walk_next, 0);
        for (size_t max = 4; all && max < 150; max += 1 + max / 8)
            all = says(&sample, walk_next, max) && says(&sample, walk_copy, max);
        good += all;
        sample_free(&sample);
    }
    CHECK(good == SAMPLES, "random: %d of %d say what joining says", good, SAMPLES);
}

/* The same blob twice, a mark of another request, one of a blob that is not there. */
static void check_marks(void)
{
    struct sample sample;
    struct blobs other;
    char foreign[BLOB_MARK], again[BLOB_MARK];

    sample_init(&sample);
    blobs_init(&other);
    blobs_add(&other, "secret", 6, BLOB_RAW, foreign);
    add_blob(&sample, 10, BLOB_RAW);
    memcpy(again, sample.text.data, BLOB_MARK);
    buf_add(&sample.text, again, BLOB_MARK);
    join(&sample, &sample.blobs.list[0]);
    add_text(&sample, foreign, BLOB_MARK);
    CHECK(says(&sample, walk_next, 0), "marks: one used twice, and a foreign one that stays text");
    blobs_free(&other);
    sample_free(&sample);
}

/* What nobody checked ends the walk before its time, and is not written. */
static void check_not_base64(void)
{
    struct blobs blobs;
    struct rope rope;
    char text[BLOB_MARK], out[16];

    blobs_init(&blobs);
    blobs_add(&blobs, "no base64", 9, BLOB_BASE64, text);
    bool split = rope_split(&rope, text, sizeof text, &blobs, ROPE_BYTES);
    struct rope_walk walk = { .rope = &rope };
    CHECK(split && rope_copy(&walk, out, sizeof out) == 0, "bytes: of a text that is not base64: none");
    rope_free(&rope);
    blobs_free(&blobs);
}

/* Blobs whose memory nobody has: only their lengths are looked at. */
static void check_overflow(void)
{
    static const struct { const char *name; size_t len[2]; enum blob_form form; bool good; } totals[] = {
        { "raw, too long to be encoded",    { SIZE_MAX / 4 * 3 + 4, 0 },            BLOB_RAW,       false },
        { "raw, the longest of all",        { SIZE_MAX, 0 },                        BLOB_RAW,       false },
        { "base64, together too long",      { SIZE_MAX / 2, SIZE_MAX / 2 + 2 },     BLOB_BASE64,    false },
        { "base64, just possible",          { SIZE_MAX / 2, SIZE_MAX / 2 },         BLOB_BASE64,    true },
    };

    for (size_t i = 0; i < sizeof totals / sizeof *totals; i++) {
        struct blobs blobs;
        char text[2 * BLOB_MARK];
        struct rope rope;

        blobs_init(&blobs);
        blobs_add(&blobs, text, totals[i].len[0], totals[i].form, text);
        blobs_add(&blobs, text, totals[i].len[1], totals[i].form, text + BLOB_MARK);
        bool good = rope_split(&rope, text, sizeof text, &blobs, ROPE_BASE64);
        CHECK(good == totals[i].good, "total: %s", totals[i].name);
        CHECK(good || (rope.pieces == NULL && rope.count == 0), "total: %s: nothing left to free", totals[i].name);
        rope_free(&rope);
        blobs_free(&blobs);
    }
}

int main(void)
{
    check_shapes();
    check_random();
    check_marks();
    check_not_base64();
    check_overflow();
    return check_finish();
}
