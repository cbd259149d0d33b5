/* rope.h - how is text with pictures written without ever being joined?
 *
 * A rope is a list of pieces, each a slice of text or a blob. Both directions of
 * the gateway use it: a reply written to a client, a body sent upstream. A raw
 * picture is encoded to base64, or decoded from it, a chunk at a time while it is
 * written, as the text around it wants it.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "blob.h"

enum rope_way { ROPE_AS_IT_IS, ROPE_ENCODE, ROPE_DECODE };

struct rope_piece {
    const char *data;   /* borrowed */
    size_t len;         /* bytes at data, before anything is done to them */
    enum rope_way way;
};

/* How pictures are written: JSON wants base64, a form wants the bytes. */
enum rope_form { ROPE_BASE64, ROPE_BYTES };

struct rope {
    struct rope_piece *pieces;
    size_t count, cap;
    size_t bytes;       /* what will be written in all */
};

/* Splits text at the marks of its blobs. text and blobs must outlive the rope.
 * With ROPE_BYTES, blobs of base64 must be strict (blob_picture() checks it): one
 * that is not ends the walk early. False when out of memory. Free with rope_free(). */
bool rope_split(struct rope *rope, const char *text, size_t len, const struct blobs *blobs, enum rope_form form);
void rope_free(struct rope *rope);

enum { ROPE_CHUNK = 48 * 1024 };    /* raw bytes encoded or decoded at a time; a multiple of 3 */

/* Walks a rope. Zero-initialise (and set rope); set again to start over. */
struct rope_walk {
    const struct rope *rope;
    size_t piece, offset;
};

/* The next stretch of bytes to write, at most max of them when max is not 0:
 * *data points into the rope's own memory, or into scratch when the piece is
 * being changed (scratch has room for base64_encoded_size(ROPE_CHUNK); max must
 * then be 0 or at least 4). Returns the length; 0 at the end. */
size_t rope_next(struct rope_walk *walk, size_t max, char *scratch, const char **data);

/* Copies up to n (at least 4) bytes into out, for a caller that owns the buffer. Returns
 * how many; 0 at the end. */
size_t rope_copy(struct rope_walk *walk, char *out, size_t n);
