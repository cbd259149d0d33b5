/* rope.h - how is text with pictures written without ever being joined?
 *
 * A rope is a list of pieces, each a slice of text or a blob. Both directions of
 * the gateway use it: a reply written to a client, a body sent upstream. A raw
 * blob is encoded to base64 a chunk at a time, while it is written.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "blob.h"

struct rope_piece {
    const char *data;   /* borrowed */
    size_t len;         /* bytes at data, before any encoding */
    bool encode;        /* write as base64 */
};

struct rope {
    struct rope_piece *pieces;
    size_t count, cap;
    size_t bytes;       /* what will be written in all */
};

/* Splits text at the marks of its blobs. text and blobs must outlive the rope.
 * False when out of memory. Free with rope_free(). */
bool rope_split(struct rope *rope, const char *text, size_t len, const struct blobs *blobs);
void rope_free(struct rope *rope);

enum { ROPE_CHUNK = 48 * 1024 };    /* raw bytes encoded at a time; a multiple of 3 */

/* Walks a rope. Zero-initialise (and set rope); set again to start over. */
struct rope_walk {
    const struct rope *rope;
    size_t piece, offset;
};

/* The next stretch of bytes to write, at most max of them when max is not 0:
 * *data points into the rope's own memory, or into scratch when the piece is
 * being encoded (scratch has room for base64_encoded_size(ROPE_CHUNK); max must
 * then be 0 or at least 4). Returns the length; 0 at the end. */
size_t rope_next(struct rope_walk *walk, size_t max, char *scratch, const char **data);

/* Copies up to n (at least 4) bytes into out, for a caller that owns the buffer. Returns
 * how many; 0 at the end. */
size_t rope_copy(struct rope_walk *walk, char *out, size_t n);
