/* blob_test.c - does a mark lead to its picture, and nothing else to any?
 * SPDX-License-Identifier: MIT */
#include "blob.h"

#include <stdint.h>
#include <stdlib.h>

#include "base64.h"
#include "check.h"

#define NONCE "0123456789abcdef0123456789abcdef"
#define FOREIGN "0123456789abcdef0123456789abcdee"
#define MARK(index) "<blob:" NONCE ":" index ">"

/* With 18 blobs under NONCE: the position of the first mark, and its blob; -1: none. */
static const struct {
    const char *name, *text;
    size_t at;
    int blob;
} seeks[] = {
    { "nothing",                    "",                                     0,  -1 },
    { "text",                       "a < b > c",                            9,  -1 },
    { "a mark",                     MARK("00000000"),                       0,  0 },
    { "the last blob",              MARK("00000011"),                       0,  17 },
    { "a letter in the index",      MARK("0000000f"),                       0,  15 },
    { "behind text",                "see " MARK("00000002") " there",       4,  2 },
    { "the first of two",           "." MARK("00000003") MARK("00000004"),  1,  3 },
    { "behind an opening",          "<blob:<<" MARK("00000001"),            8,  1 },
    { "at the very end",            "<" MARK("00000001"),                   1,  1 },
    { "behind a foreign one",       "<blob:" FOREIGN ":00000000>" MARK("00000005"), 48, 5 },
    { "foreign nonce",              "<blob:" FOREIGN ":00000000>",          48, -1 },
    { "index past the last blob",   MARK("00000012"),                       48, -1 },
    { "largest index",              MARK("ffffffff"),                       48, -1 },
    { "index in capitals",          MARK("0000000F"),                       48, -1 },
    { "index with a blank",         MARK(" 0000000"),                       48, -1 },
    { "index with a sign",          MARK("+0000001"),                       48, -1 },
    { "index too short",            MARK("0000001"),                        47, -1 },
    { "no end",                     "<blob:" NONCE ":00000001",             47, -1 },
    { "another end",                "<blob:" NONCE ":00000001 ",            48, -1 },
    { "no colon",                   "<blob:" NONCE ";00000001>",            48, -1 },
    { "nonce in capitals",          "<blob:0123456789ABCDEF0123456789abcdef:00000001>", 48, -1 },
    { "another word",               "<blub:" NONCE ":00000001>",            48, -1 },
};

static void check_seeks(void)
{
    struct blobs blobs;
    char mark[BLOB_MARK];

    blobs_init(&blobs);
    memcpy(blobs.nonce, NONCE, BLOB_NONCE);
    for (size_t i = 0; i < 18; i++)
        blobs_add(&blobs, "data", i % 5, BLOB_RAW, mark);
    for (size_t i = 0; i < sizeof seeks / sizeof *seeks; i++) {
        size_t len = strlen(seeks[i].text);
        char *text = malloc(len + 1);       /* exactly as long, but for a byte that malloc(0) may need */
        memcpy(text, seeks[i].text, len);
        size_t at = blobs_seek(&blobs, text, len);
        const struct blob *blob = blobs_find(&blobs, text + at, len - at);
        CHECK(at == seeks[i].at, "seek: %s: expected %zu, got %zu", seeks[i].name, seeks[i].at, at);
        CHECK(blob == (seeks[i].blob < 0 ? NULL : &blobs.list[seeks[i].blob]), "seek: %s: the blob", seeks[i].name);
        free(text);
    }
    blobs_free(&blobs);
}

static void check_marks(void)
{
    static const char bytes[] = "bytes";
    struct blobs one, other;
    char mark[BLOB_MARK], text[BLOB_MARK + 1] = "", expected[BLOB_MARK + 1];
    bool good = true;

    CHECK(blobs_init(&one) && blobs_init(&other) && strlen(one.nonce) == BLOB_NONCE
          && strspn(one.nonce, "0123456789abcdef") == BLOB_NONCE, "nonce: 32 lower-case hexadecimal digits");
    CHECK(strcmp(one.nonce, other.nonce) != 0, "nonce: another one each time");
    for (size_t i = 0; i < 1000; i++)
        good = good && blobs_add(&one, bytes + i % 5, i, i % 2 ? BLOB_RAW : BLOB_BASE64, mark)
            && blobs_add(&other, bytes, 1, BLOB_RAW, text);
    CHECK(good && one.count == 1000, "marks: a thousand");
    snprintf(expected, sizeof expected, "<blob:%s:000003e7>", one.nonce);
    memcpy(text, mark, BLOB_MARK);
    CHECK_TEXT(text, expected, "marks: the last");
    const struct blob *blob = blobs_find(&one, mark, BLOB_MARK);
    CHECK(blob && blob->data == bytes + 4 && blob->len == 999 && blob->form == BLOB_RAW, "marks: found again");
    CHECK(!blobs_find(&one, mark, BLOB_MARK - 1), "marks: not if cut");
    CHECK(!blobs_find(&other, mark, BLOB_MARK), "marks: foreign to another request");
    blobs_free(&one);
    blobs_free(&other);
    CHECK(!blobs_find(&one, mark, BLOB_MARK) && one.count == 0, "marks: none when freed");
}

static void check_adopted(void)
{
    struct blobs blobs;
    bool good = true;

    blobs_init(&blobs);
    for (size_t i = 0; i < 100; i++)
        good = good && blobs_adopt(&blobs, malloc(i + 1));
    CHECK(good && blobs.owned_count == 100, "adopt: a hundred blocks (freed: a sanitizer counts)");
    blobs_free(&blobs);
    blobs_free(&blobs);
}

static const struct {
    const char *data;
    enum blob_form form;
    size_t bytes;
} lengths[] = {
    { "", BLOB_RAW, 0 },            { "abcde", BLOB_RAW, 5 },       { "ab==", BLOB_RAW, 4 },
    { "", BLOB_BASE64, 0 },         { "QQ==", BLOB_BASE64, 1 },     { "QUI=", BLOB_BASE64, 2 },
    { "QUJD", BLOB_BASE64, 3 },     { "QUJDQQ==", BLOB_BASE64, 4 }, { "QUJDQUI", BLOB_BASE64, 5 },
    { "QQ", BLOB_BASE64, 1 },       { "Q", BLOB_BASE64, 0 },        { "=", BLOB_BASE64, 0 },
    { "==", BLOB_BASE64, 0 },
};

static void check_bytes(void)
{
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        struct blob blob = { lengths[i].data, strlen(lengths[i].data), lengths[i].form };
        CHECK(blob_bytes(&blob) == lengths[i].bytes, "bytes: %zu in %s %s", lengths[i].bytes,
              lengths[i].form == BLOB_RAW ? "raw" : "base64", lengths[i].data);
    }
}

/* A JPEG of 640 x 480 whose size stands behind n bytes of comments, and then rest bytes of pixels. */
static size_t make_jpeg(unsigned char *out, size_t n, size_t rest)
{
    static const unsigned char frame[] = {
        0xff, 0xc0, 0, 17, 8, 480 >> 8, 480 & 255, 640 >> 8, 640 & 255, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1,
        0xff, 0xda, 0, 2,
    };
    size_t at = 2;

    memcpy(out, "\xff\xd8", 2);
    while (n > 0) {
        size_t piece = n < 65533 ? n : 65533;
        unsigned char head[] = { 0xff, 0xe1, (unsigned char)((piece + 2) >> 8), (unsigned char)(piece + 2) };
        memcpy(out + at, head, 4);
        memset(out + at + 4, 'c', piece);
        at += 4 + piece;
        n -= piece;
    }
    memcpy(out + at, frame, sizeof frame);
    memset(out + at + sizeof frame, 'p', rest);
    return at + sizeof frame + rest;
}

static bool is_jpeg(const struct blob *blob)
{
    struct picture p;

    return blob_picture(blob, &p) && p.type == PICTURE_JPEG && p.width == 640 && p.height == 480;
}

/* The size's place, against groups of 3 bytes and the chunks that are decoded. */
static void check_pictures(void)
{
    static unsigned char bytes[300000];
    static char text[400008];
    bool raw = true, encoded = true;

    for (size_t n = 0; n < 250000; n = n * 3 / 2 + 1) {
        for (size_t rest = 0; rest < 3; rest++) {
            size_t len = make_jpeg(bytes, n, rest), chars = base64_encode(text, bytes, len);
            raw = raw && is_jpeg(&(struct blob){ (char *)bytes, len, BLOB_RAW });
            encoded = encoded && is_jpeg(&(struct blob){ text, chars, BLOB_BASE64 });
        }
    }
    CHECK(raw, "picture: raw bytes");
    CHECK(encoded, "picture: base64, its size up to 250,000 bytes deep");
}

/* A good JPEG with its text changed at one place. */
static const struct {
    const char *name;
    size_t at;              /* from the end */
    char c;
    bool good;
} changes[] = {
    { "as it was",                      1,      0,      true },
    { "no base64 at the very end",      5,      '-',    false },
    { "no base64 in the middle",        3000,   '\n',   false },
    { "a pad in the middle",            3000,   '=',    false },
    { "one character missing",          0,      0,      false },
};

static void check_changed_pictures(void)
{
    unsigned char bytes[8000];
    char text[12000];
    size_t len = make_jpeg(bytes, 1000, 3000), chars = base64_encode(text, bytes, len);

    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        struct blob blob = { text, chars - (changes[i].at == 0), BLOB_BASE64 };
        struct picture p = { .width = 7 };
        char before = text[chars - 1 - changes[i].at];
        if (changes[i].c)
            text[chars - 1 - changes[i].at] = changes[i].c;
        CHECK(blob_picture(&blob, &p) == changes[i].good, "picture: %s", changes[i].name);
        CHECK(changes[i].good || (p.type == PICTURE_UNKNOWN && p.width == 0), "picture: %s: zeroed", changes[i].name);
        text[chars - 1 - changes[i].at] = before;
    }
    struct blob none = { "", 0, BLOB_BASE64 }, words = { "words", 5, BLOB_RAW }, encoded = { "d29yZHM=", 8, BLOB_BASE64 };
    struct picture p;
    CHECK(!blob_picture(&none, &p) && !blob_picture(&words, &p) && !blob_picture(&encoded, &p), "picture: none in words");
}

int main(void)
{
    check_seeks();
    check_marks();
    check_adopted();
    check_bytes();
    check_pictures();
    check_changed_pictures();
    return check_finish();
}
