/* rope.c - text with pictures, written without being joined.
 * SPDX-License-Identifier: MIT */
#include "rope.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "buf.h"

enum { GROUP = 4, GROUP_BYTES = 3 };    /* base64's */

static size_t written_bytes(const struct blob *blob, enum rope_way way)
{
    if (way == ROPE_ENCODE)
        return base64_encoded_size(blob->len);
    return way == ROPE_DECODE ? blob_bytes(blob) : blob->len;
}

/* Nothing is no piece: a stretch of no bytes would end a walk. False also when the
 * total would not fit a size_t, which no memory could hold. */
static bool add(struct rope *rope, const struct blob *blob, enum rope_way way)
{
    if (blob->len == 0)
        return true;
    if (way == ROPE_ENCODE && blob->len > SIZE_MAX / GROUP * GROUP_BYTES - GROUP_BYTES)
        return false;
    struct rope_piece *pieces = buf_grow(rope->pieces, &rope->cap, rope->count, sizeof *pieces);
    if (!pieces)
        return false;
    rope->pieces = pieces;
    rope->pieces[rope->count++] = (struct rope_piece){ blob->data, blob->len, way };
    return !__builtin_add_overflow(rope->bytes, written_bytes(blob, way), &rope->bytes);
}

static bool add_text(struct rope *rope, const char *text, size_t len)
{
    return add(rope, &(struct blob){ .data = text, .len = len }, ROPE_AS_IT_IS);
}

static bool add_blob(struct rope *rope, const struct blob *blob, enum rope_form form)
{
    if (form == ROPE_BASE64)
        return add(rope, blob, blob->form == BLOB_RAW ? ROPE_ENCODE : ROPE_AS_IT_IS);
    return add(rope, blob, blob->form == BLOB_BASE64 ? ROPE_DECODE : ROPE_AS_IT_IS);
}

bool rope_split(struct rope *rope, const char *text, size_t len, const struct blobs *blobs, enum rope_form form)
{
    bool good = true;

    *rope = (struct rope){ 0 };
    while (good && len > 0) {
        size_t mark = blobs_seek(blobs, text, len);
        good = add_text(rope, text, mark);
        if (mark == len)
            break;
        good = good && add_blob(rope, blobs_find(blobs, text + mark, len - mark), form);
        text += mark + BLOB_MARK;
        len -= mark + BLOB_MARK;
    }
    if (!good)
        rope_free(rope);
    return good;
}

void rope_free(struct rope *rope)
{
    free(rope->pieces);
    *rope = (struct rope){ 0 };
}

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

/* How much of a piece is taken for at most max written bytes; whole groups, but for
 * the last. */
static size_t stretch(const struct rope_piece *piece, size_t left, size_t max)
{
    size_t groups = max == 0 ? ROPE_CHUNK / GROUP_BYTES : max / (piece->way == ROPE_ENCODE ? GROUP : GROUP_BYTES);

    groups = smaller(groups, ROPE_CHUNK / GROUP_BYTES);
    switch (piece->way) {
    case ROPE_ENCODE:
        return smaller(left, groups * GROUP_BYTES);
    case ROPE_DECODE:
        return smaller(left, groups * GROUP);
    case ROPE_AS_IT_IS:
        break;
    }
    return max == 0 ? left : smaller(left, max);
}

size_t rope_next(struct rope_walk *walk, size_t max, char *scratch, const char **data)
{
    if (walk->piece == walk->rope->count)
        return 0;
    const struct rope_piece *piece = &walk->rope->pieces[walk->piece];
    const char *from = piece->data + walk->offset;
    size_t left = piece->len - walk->offset, len = stretch(piece, left, max), decoded;

    walk->offset += len;
    if (len == left) {
        walk->piece++;
        walk->offset = 0;
    }
    *data = piece->way == ROPE_AS_IT_IS ? from : scratch;
    if (piece->way == ROPE_ENCODE)
        return base64_encode(scratch, from, len);
    if (piece->way == ROPE_DECODE)
        return base64_decode(scratch, &decoded, from, len) ? decoded : 0;
    return len;
}

size_t rope_copy(struct rope_walk *walk, char *out, size_t n)
{
    const char *data;
    size_t done = 0, len;

    /* A rest below one group stays free: it could not take an encoded stretch. */
    while (n - done >= GROUP && (len = rope_next(walk, n - done, out + done, &data)) > 0) {
        if (data != out + done)
            memcpy(out + done, data, len);
        done += len;
    }
    return done;
}
