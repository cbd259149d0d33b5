/* blob.c - the pictures of one request, and the marks that stand for them.
 * SPDX-License-Identifier: MIT */
#include "blob.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base64.h"
#include "buf.h"

static const char opening[] = "<blob:";

enum {
    OPENING = sizeof opening - 1,
    INDEX_AT = OPENING + BLOB_NONCE + 1,    /* behind "<blob:nonce:" */
    INDEX = 8,
    GROUPS = 256,                           /* of 4 characters, decoded at a time */
};

bool blobs_init(struct blobs *blobs)
{
    uint64_t bits[2];

    *blobs = (struct blobs){ 0 };
    if (getrandom(bits, sizeof bits, 0) != (ssize_t)sizeof bits)
        return false;
    snprintf(blobs->nonce, sizeof blobs->nonce, "%016" PRIx64 "%016" PRIx64, bits[0], bits[1]);
    return true;
}

void blobs_free(struct blobs *blobs)
{
    for (size_t i = 0; i < blobs->owned_count; i++)
        free(blobs->owned[i]);
    free(blobs->owned);
    free(blobs->list);
    *blobs = (struct blobs){ 0 };
}

bool blobs_adopt(struct blobs *blobs, void *memory)
{
    void **owned = buf_grow(blobs->owned, &blobs->owned_cap, blobs->owned_count, sizeof *owned);

    if (!owned)
        return false;
    blobs->owned = owned;
    blobs->owned[blobs->owned_count++] = memory;
    return true;
}

bool blobs_add(struct blobs *blobs, const char *data, size_t len, enum blob_form form, char mark[BLOB_MARK])
{
    char text[BLOB_MARK + 1];

    if (blobs->count > UINT32_MAX)
        return false;       /* its index would not fit a mark */
    struct blob *list = buf_grow(blobs->list, &blobs->cap, blobs->count, sizeof *list);
    if (!list)
        return false;
    snprintf(text, sizeof text, "%s%s:%08" PRIx32 ">", opening, blobs->nonce, (uint32_t)blobs->count);
    memcpy(mark, text, BLOB_MARK);
    blobs->list = list;
    blobs->list[blobs->count++] = (struct blob){ data, len, form };
    return true;
}

/* The value of INDEX lower-case hexadecimal digits. False when they are not. */
static bool read_index(const char *text, size_t *index)
{
    static const char digits[] = "0123456789abcdef";

    *index = 0;
    for (size_t i = 0; i < INDEX; i++) {
        const char *digit = memchr(digits, text[i], sizeof digits - 1);
        if (!digit)
            return false;
        *index = *index << 4 | (size_t)(digit - digits);
    }
    return true;
}

const struct blob *blobs_find(const struct blobs *blobs, const char *text, size_t len)
{
    size_t index;

    if (len < BLOB_MARK || memcmp(text, opening, OPENING) != 0
        || memcmp(text + OPENING, blobs->nonce, BLOB_NONCE) != 0)
        return NULL;
    if (text[INDEX_AT - 1] != ':' || text[INDEX_AT + INDEX] != '>' || !read_index(text + INDEX_AT, &index))
        return NULL;
    return index < blobs->count ? &blobs->list[index] : NULL;
}

size_t blobs_seek(const struct blobs *blobs, const char *text, size_t len)
{
    size_t at = 0;

    while (len - at >= BLOB_MARK) {
        const char *open = memchr(text + at, opening[0], len - at - BLOB_MARK + 1);
        if (!open)
            return len;
        at = (size_t)(open - text);
        if (blobs_find(blobs, open, len - at))
            return at;
        at++;
    }
    return len;
}

size_t blob_bytes(const struct blob *blob)
{
    size_t len = blob->len;

    if (blob->form == BLOB_RAW)
        return len;
    for (int pads = 0; pads < 2 && len > 0 && blob->data[len - 1] == '='; pads++)
        len--;
    return len / 4 * 3 + len % 4 * 3 / 4;
}

/* The groups of a base64 blob that hold the bytes from offset on, n of them and no
 * more than fit. Returns how many bytes came; 0 at the end. */
static size_t read_groups(const struct blob *blob, size_t offset, unsigned char *out, size_t n)
{
    unsigned char bytes[GROUPS * 3];
    size_t skip = offset % 3, text = offset / 3 * 4, decoded;
    size_t wanted = n < sizeof bytes - skip ? n : sizeof bytes - skip;
    size_t chars = (skip + wanted + 2) / 3 * 4;

    if (chars > blob->len - text)
        chars = blob->len - text;
    if (!base64_decode(bytes, &decoded, blob->data + text, chars) || decoded <= skip)
        return 0;
    if (wanted > decoded - skip)
        wanted = decoded - skip;
    memcpy(out, bytes + skip, wanted);
    return wanted;
}

/* A picture_reader of a base64 blob: decodes only what is asked for. */
static size_t read_base64(void *source, size_t offset, void *out, size_t n)
{
    const struct blob *blob = source;
    size_t bytes = blob_bytes(blob), done = 0, got;

    while (done < n && offset < bytes && (got = read_groups(blob, offset, (unsigned char *)out + done, n - done)) > 0) {
        done += got;
        offset += got;
    }
    return done;
}

bool blob_picture(const struct blob *blob, struct picture *p)
{
    struct blob source = *blob;

    *p = (struct picture){ 0 };
    if (blob->form == BLOB_RAW)
        return picture_sniff(p, blob->data, blob->len);
    return base64_valid(blob->data, blob->len) && picture_read(p, read_base64, &source);
}
