/* multipart.h - how does a form with pictures become JSON that Lua can hold?
 *
 * multipart/form-data (RFC 7578) of a body that was received whole. Its parts
 * become a JSON list, in the order in which they came:
 *
 *     [{"name":"prompt","text":"a fox"},
 *      {"name":"image[]","file":"<mark>","filename":"a.png","type":"image/png"}]
 *
 * A part is a file when it has a filename, be it an empty one, or when its type
 * is given and is not text/...; filename and type are there if they were sent. A
 * file's bytes stay where they are and become a blob. All else is text, and passes
 * as it is: whether it is UTF-8 is for the reader of the JSON to judge. What a form
 * may hold, and how often, is not known here.
 *
 * Strict wherever two readers could find two forms in the same bytes: lines end in
 * CRLF (every client that people use writes it; a parser that also takes a bare LF
 * sees headers, or boundaries, where others see data), and nothing that counts may
 * be given twice.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

#include "blob.h"
#include "buf.h"

/* Ceilings. What is over one is MULTIPART_TOO_LARGE; only a filename is cut, at
 * the end of a character: nothing depends on it, and file systems allow longer ones. */
enum {
    MULTIPART_PARTS = 64,
    MULTIPART_HEADERS = 8192,   /* bytes of one part's headers */
    MULTIPART_NAME = 128,       /* bytes, as are those of a filename */
    MULTIPART_FILENAME = 512,
    MULTIPART_BOUNDARY = 70,    /* characters, by RFC 2046; a longer one is malformed */
};

enum multipart_result {
    MULTIPART_OK,
    MULTIPART_MALFORMED,
    MULTIPART_TOO_LARGE,
    MULTIPART_TEXT_TOO_LARGE,   /* what is not files exceeds out's ceiling */
    MULTIPART_NO_MEMORY,
};

/* Appends the JSON to out; of use only when MULTIPART_OK. content_type is the header
 * whose type was found to be multipart/form-data. body's memory must live as long as
 * the blobs (blobs_adopt() it); it is changed only inside part headers that carry
 * escapes. *reason says to the client what was malformed, or over a ceiling of those
 * above; static, and else NULL. */
enum multipart_result multipart_lift(struct buf *out, const char *content_type, char *body, size_t len,
                                     struct blobs *blobs, const char **reason);
