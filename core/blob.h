/* blob.h - which pictures belong to this request?
 *
 * A blob is a picture's bytes, where they lie: a slice of a body that was
 * received, or memory that a module filled. Lua never sees the bytes; it sees a
 * mark, a short text that stands for them and that carries the request's own
 * random nonce, so that no client and no provider can forge one, and a mark kept
 * from another request is recognised as foreign.
 *
 *     <blob:0123456789abcdef0123456789abcdef:00000002>
 *
 * One struct blobs lives as long as its request and is not locked: only the
 * thread that serves the request touches it.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "picture.h"

enum { BLOB_NONCE = 32, BLOB_MARK = 6 + BLOB_NONCE + 1 + 8 + 1 };

enum blob_form {
    BLOB_BASE64,    /* base64 text, written into JSON as it stands */
    BLOB_RAW,       /* the bytes themselves, encoded while they are written */
};

struct blob {
    const char *data;   /* borrowed: it lies in memory that blobs_adopt() took, or that outlives the request */
    size_t len;
    enum blob_form form;
};

struct blobs {
    char nonce[BLOB_NONCE + 1];     /* lower-case hexadecimal */
    struct blob *list;
    size_t count, cap;
    void **owned;                   /* freed with the blobs */
    size_t owned_count, owned_cap;
};

/* Draws a nonce from the kernel. False: no randomness to be had. */
bool blobs_init(struct blobs *blobs);

/* Frees every adopted memory. */
void blobs_free(struct blobs *blobs);

/* Takes memory from malloc, to be freed with the blobs. False when out of
 * memory, and then the caller still owns it. */
bool blobs_adopt(struct blobs *blobs, void *memory);

/* Adds a blob whose bytes outlive the request or were adopted, and writes its
 * mark (BLOB_MARK characters, no NUL). False when out of memory. */
bool blobs_add(struct blobs *blobs, const char *data, size_t len, enum blob_form form,
               char mark[BLOB_MARK]);

/* The blob that the mark at text stands for; NULL when text does not start with
 * a mark of this request. Borrowed. */
const struct blob *blobs_find(const struct blobs *blobs, const char *text, size_t len);

/* Position of the first mark of this request in text, or len. */
size_t blobs_seek(const struct blobs *blobs, const char *text, size_t len);

/* How many bytes the picture has, decoded. */
size_t blob_bytes(const struct blob *blob);

/* Type and size from the first bytes. False when it is no picture, or when a
 * base64 blob is not strict base64 from end to end. */
bool blob_picture(const struct blob *blob, struct picture *p);
