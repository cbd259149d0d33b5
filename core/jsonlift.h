/* jsonlift.h - how does JSON of many megabytes become JSON that Lua can hold?
 *
 * One pass over a body: inside any string, a run of JSONLIFT_MIN or more
 * characters of the base64 alphabet becomes a blob, and its mark stands in its
 * place. Everything else is copied as it is, so that the JSON parser sees, and
 * judges, what the sender wrote. Decodes nothing and validates nothing: broken
 * JSON comes out as broken JSON.
 *
 * Within a run, "\/" and \u escapes of alphabet characters (as PHP, .NET and
 * Gson write them) are undone in place, so that the blob is one plain slice.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

#include "blob.h"
#include "buf.h"

enum { JSONLIFT_MIN = 4096 };

enum jsonlift_result {
    JSONLIFT_OK,
    JSONLIFT_TOO_LARGE,     /* what is not pictures exceeds out's ceiling */
    JSONLIFT_NO_MEMORY,
};

/* Appends the lifted JSON to out. body's memory must live as long as the blobs
 * (blobs_adopt() it); it is changed only inside runs that carry escapes. */
enum jsonlift_result jsonlift(struct buf *out, char *body, size_t len, struct blobs *blobs);
