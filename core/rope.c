/* rope.c - text with pictures, written without being joined.
 * SPDX-License-Identifier: MIT */
#include "rope.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "buf.h"

enum { GROUP = 4, GROUP_BYTES = 3 };    /* base64's */

/* False when the total would not fit a size_t, which no memory could hold. */
static bool count_bytes(struct rope *rope, size_t len, bool encode)
{
    if (encode && len > SIZE_MAX / GROUP * GROUP_BYTES - GROUP_BYTES)
        return false;
    return !__builtin_add_overflow(rope->bytes, encode ? base64_encoded_size(len) : len, &rope->bytes);
}

/* Nothing is no piece: a stretch of no bytes would end a walk. */
static bool add(struct rope *rope, const char *data, size_t len, bool encode)
{
    if (len == 0)
        return true;
    struct rope_piece *pieces = buf_grow(rope->pieces, &rope->cap, rope->count, sizeof *pieces);
    if (!pieces)
        return false;
    rope->pieces = pieces;
    rope->pieces[rope->count++] = (struct rope_piece){ data, len, encode };
    return count_bytes(rope, len, encode);
}

static bool add_blob(struct rope *rope, const struct blob *blob)
{
    return add(rope, blob->data, blob->len, blob->form == BLOB_RAW);
}

bool rope_split(struct rope *rope, const char *text, size_t len, const struct blobs *blobs)
{
    bool good = true;

    *rope = (struct rope){ 0 };
    while (good && len > 0) {
        size_t mark = blobs_seek(blobs, text, len);
        good = add(rope, text, mark, false);
        if (mark == len)
            break;
        good = good && add_blob(rope, blobs_find(blobs, text + mark, len - mark));
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

size_t rope_next(struct rope_walk *walk, size_t max, char *scratch, const char **data)
{
    if (walk->piece == walk->rope->count)
        return 0;
    const struct rope_piece *piece = &walk->rope->pieces[walk->piece];
    const char *from = piece->data + walk->offset;
    size_t left = piece->len - walk->offset, len = left;

    if (piece->encode)      /* whole groups, but for the last */
        len = smaller(left, max == 0 ? (size_t)ROPE_CHUNK : smaller(ROPE_CHUNK, max / GROUP * GROUP_BYTES));
    else if (max > 0)
        len = smaller(left, max);
    walk->offset += len;
    if (len == left) {
        walk->piece++;
        walk->offset = 0;
    }
    *data = piece->encode ? scratch : from;
    return piece->encode ? base64_encode(scratch, from, len) : len;
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
