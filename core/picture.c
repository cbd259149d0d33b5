/* picture.c - type, pixels and alpha of a picture, from its header.
 *
 * Width and height are those of the stored pixels: a wish to turn them, in EXIF
 * or AVIF's irot, is not followed. What alpha means, format by format:
 *   PNG   the colour type has it, or a tRNS chunk stands before the pixels
 *   JPEG  never
 *   WebP  the flag of VP8L or VP8X; a plain VP8 has none
 *   GIF   the first frame has a transparent colour; later frames, and a first
 *         one smaller than the screen, are not looked at
 *   AVIF  some item of the file is an alpha plane
 * SPDX-License-Identifier: MIT */
#include "picture.h"

#include <string.h>

enum {
    READS_MAX = 4096,           /* every loop reads, so this bounds them all: see take() */
    PIXELS_MAX = 0x7fffffff,    /* PNG's own limit for a side; the others are lower or absurd */
};

struct file {
    picture_reader *reader;
    void *source;
    unsigned reads;
};

/* Reads exactly n bytes, or fails. Also fails when a file has us read too often:
 * no header needs that many pieces, only one built to keep us busy. */
static bool take(struct file *file, uint64_t offset, void *out, size_t n)
{
    if (offset > SIZE_MAX - n || file->reads++ >= READS_MAX)
        return false;
    return file->reader(file->source, (size_t)offset, out, n) == n;
}

static uint32_t big16(const uint8_t *p) { return (uint32_t)(p[0] << 8 | p[1]); }
static uint32_t big32(const uint8_t *p) { return big16(p) << 16 | big16(p + 2); }
static uint32_t little16(const uint8_t *p) { return (uint32_t)(p[1] << 8 | p[0]); }
static uint32_t little24(const uint8_t *p) { return (uint32_t)p[2] << 16 | little16(p); }
static uint32_t little32(const uint8_t *p) { return little16(p + 2) << 16 | little16(p); }

static bool measure(struct picture *p, uint32_t width, uint32_t height)
{
    p->width = width;
    p->height = height;
    return width > 0 && height > 0 && width <= PIXELS_MAX && height <= PIXELS_MAX;
}

/*** PNG ***/

enum { PNG_IHDR_END = 33 };

static bool png_has_trns(struct file *file)
{
    uint8_t chunk[8];           /* length, type */

    for (uint64_t at = PNG_IHDR_END; take(file, at, chunk, sizeof chunk); at += 12 + (uint64_t)big32(chunk)) {
        if (memcmp(chunk + 4, "tRNS", 4) == 0)
            return big32(chunk) > 0;
        if (memcmp(chunk + 4, "IDAT", 4) == 0)
            return false;
    }
    return false;
}

/* ihdr: bit depth, colour type, compression, filter, interlace. */
static bool png_plausible(const uint8_t *ihdr)
{
    static const uint8_t depths[7] = { 1 | 2 | 4 | 8 | 16, 0, 8 | 16, 1 | 2 | 4 | 8, 8 | 16, 0, 8 | 16 };
    unsigned depth = ihdr[0], colour = ihdr[1];

    return colour < sizeof depths && (depth & depths[colour]) && (depth & (depth - 1)) == 0
        && ihdr[2] == 0 && ihdr[3] == 0 && ihdr[4] <= 1;
}

static bool read_png(struct picture *p, struct file *file)
{
    static const char start[] = "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR";
    uint8_t head[PNG_IHDR_END];

    if (!take(file, 0, head, sizeof head) || memcmp(head, start, sizeof start - 1) != 0)
        return false;
    if (!png_plausible(head + 24) || !measure(p, big32(head + 16), big32(head + 20)))
        return false;
    uint8_t colour = head[25];
    p->alpha = colour == 4 || colour == 6 || png_has_trns(file);
    return true;
}

/*** JPEG ***/

/* A frame header: C0 to CF, but for the three that are other things. */
static bool jpeg_is_frame(uint8_t marker)
{
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

/* Markers without a length: TEM and the restarts. */
static bool jpeg_is_bare(uint8_t marker)
{
    return marker == 0x01 || (marker >= 0xd0 && marker <= 0xd7);
}

/* Start, end, scan: behind them comes no frame header any more. */
static bool jpeg_is_last(uint8_t marker)
{
    return marker >= 0xd8 && marker <= 0xda;
}

/* A height of 0, which a DNL segment behind the pixels would tell, is refused. */
static bool jpeg_frame(struct picture *p, struct file *file, uint64_t at)
{
    uint8_t frame[10], end;     /* FF, marker, length, precision, height, width, components */

    if (!take(file, at, frame, sizeof frame))
        return false;
    uint32_t length = big16(frame + 2), components = frame[9];
    if (components == 0 || length != 8 + 3 * components || !take(file, at + 1 + length, &end, 1))
        return false;
    return frame[4] >= 2 && frame[4] <= 16 && measure(p, big16(frame + 7), big16(frame + 5));
}

static bool read_jpeg(struct picture *p, struct file *file)
{
    uint8_t segment[4];         /* FF, marker, length */
    uint64_t at = 2;

    if (!take(file, 0, segment, 3) || memcmp(segment, "\xff\xd8\xff", 3) != 0)
        return false;
    while (take(file, at, segment, sizeof segment) && segment[0] == 0xff) {
        uint8_t marker = segment[1];
        uint32_t length = big16(segment + 2);
        if (jpeg_is_frame(marker))
            return jpeg_frame(p, file, at);
        if (marker == 0xff)     /* a fill byte: any number may stand before a marker */
            at += 1;
        else if (jpeg_is_bare(marker))
            at += 2;
        else if (length >= 2 && !jpeg_is_last(marker))
            at += 2 + length;
        else
            return false;
    }
    return false;
}

/*** WebP ***/

static bool webp_vp8(struct picture *p, const uint8_t *body)
{
    bool key_frame = (body[0] & 1) == 0;

    return key_frame && memcmp(body + 3, "\x9d\x01\x2a", 3) == 0
        && measure(p, little16(body + 6) & 0x3fff, little16(body + 8) & 0x3fff);
}

static bool webp_vp8l(struct picture *p, const uint8_t *body)
{
    uint32_t bits = little32(body + 1);     /* width - 1, height - 1, alpha, version */

    p->alpha = bits >> 28 & 1;
    return body[0] == 0x2f && bits >> 29 == 0 && measure(p, (bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1);
}

static bool webp_vp8x(struct picture *p, const uint8_t *body)
{
    p->alpha = body[0] & 0x10;
    return measure(p, little24(body + 4) + 1, little24(body + 7) + 1);
}

static bool read_webp(struct picture *p, struct file *file)
{
    static const struct {
        char name[5];
        uint8_t size;           /* of its header */
        bool (*read)(struct picture *, const uint8_t *body);
    } chunks[] = { { "VP8 ", 10, webp_vp8 }, { "VP8L", 5, webp_vp8l }, { "VP8X", 10, webp_vp8x } };
    uint8_t head[20], body[10];

    if (!take(file, 0, head, sizeof head) || memcmp(head, "RIFF", 4) != 0 || memcmp(head + 8, "WEBP", 4) != 0)
        return false;
    for (size_t i = 0; i < sizeof chunks / sizeof *chunks; i++) {
        if (memcmp(head + 12, chunks[i].name, 4) == 0)
            return little32(head + 16) >= chunks[i].size && take(file, sizeof head, body, chunks[i].size)
                && chunks[i].read(p, body);
    }
    return false;
}

/*** GIF ***/

/* Where the chain of sub-blocks that starts here is over. */
static uint64_t gif_skip(struct file *file, uint64_t at)
{
    uint8_t size;

    do {
        if (!take(file, at, &size, 1))
            return UINT64_MAX;
        at += 1 + (uint64_t)size;
    } while (size > 0);
    return at;
}

/* Has the first frame a transparent colour? Its control block is one of the
 * extensions before it. */
static bool gif_transparent(struct file *file, uint64_t at)
{
    uint8_t block[4];           /* 0x21, kind, size, and of a control block: flags */

    while (take(file, at, block, sizeof block) && block[0] == 0x21) {
        if (block[1] == 0xf9)
            return block[2] > 0 && block[3] & 1;
        at = gif_skip(file, at + 2);
    }
    return false;
}

static bool read_gif(struct picture *p, struct file *file)
{
    uint8_t head[13];

    if (!take(file, 0, head, sizeof head))
        return false;
    bool may_be_transparent = memcmp(head, "GIF89a", 6) == 0;
    if (!may_be_transparent && memcmp(head, "GIF87a", 6) != 0)
        return false;
    if (!measure(p, little16(head + 6), little16(head + 8)))
        return false;
    uint64_t colours = head[10] & 0x80 ? 2u << (head[10] & 7) : 0;
    p->alpha = may_be_transparent && gif_transparent(file, sizeof head + 3 * colours);
    return true;
}

/*** AVIF: boxes within boxes ***/

struct box {
    char type[4];
    uint64_t body, end;
};

/* The box at this place inside a parent that ends at end. A size of 1 means that
 * the true one follows in 64 bits, 0 that the box fills its parent. */
static bool box_at(struct file *file, struct box *box, uint64_t at, uint64_t end)
{
    uint8_t head[8], large[8];
    uint64_t header = sizeof head;

    if (at > end || !take(file, at, head, sizeof head))
        return false;
    uint64_t size = big32(head);
    if (size == 0)
        size = end - at;
    if (size == 1) {
        if (!take(file, at + sizeof head, large, sizeof large))
            return false;
        header += sizeof large;
        size = (uint64_t)big32(large) << 32 | big32(large + 4);
    }
    if (size < header || size > end - at)
        return false;
    memcpy(box->type, head + 4, sizeof box->type);
    box->body = at + header;
    box->end = at + size;
    return true;
}

static bool box_is(const struct box *box, const char *type)
{
    return memcmp(box->type, type, sizeof box->type) == 0;
}

static bool find_box(struct file *file, struct box *box, const char *type, uint64_t at, uint64_t end)
{
    for (; box_at(file, box, at, end); at = box->end) {
        if (box_is(box, type))
            return true;
    }
    return false;
}

/* Is one of the brands, the main one or one of the compatible, AVIF's? */
static bool avif_brand(struct file *file, const struct box *ftyp)
{
    uint8_t brand[4];
    bool main_brand = true;

    for (uint64_t at = ftyp->body; at + 4 <= ftyp->end && take(file, at, brand, sizeof brand);
         at += main_brand ? 8 : 4, main_brand = false) {
        if (memcmp(brand, "avif", 4) == 0 || memcmp(brand, "avis", 4) == 0)
            return true;
    }
    return false;
}

/* Of several sizes the largest counts: the others are of tiles and thumbnails. */
static bool avif_size(struct picture *p, struct file *file, const struct box *ispe)
{
    uint8_t body[12];           /* version and flags, width, height */
    struct picture one;

    if (ispe->end - ispe->body < sizeof body || !take(file, ispe->body, body, sizeof body))
        return false;
    if (!measure(&one, big32(body + 4), big32(body + 8)))
        return false;
    if ((uint64_t)one.width * one.height > (uint64_t)p->width * p->height)
        measure(p, one.width, one.height);
    return true;
}

/* Does this auxC property make its item an alpha plane? */
static bool avif_is_alpha(struct file *file, const struct box *auxc)
{
    static const char urn[] = "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha";
    char body[4 + sizeof urn];  /* version and flags, text with its NUL */

    return auxc->end - auxc->body >= sizeof body && take(file, auxc->body, body, sizeof body)
        && memcmp(body + 4, urn, sizeof urn) == 0;
}

/* Looks through all properties, and insists that they are all there. */
static bool avif_properties(struct picture *p, struct file *file, const struct box *ipco)
{
    uint64_t at = ipco->body;
    uint8_t end;
    struct box box;

    for (; at < ipco->end && box_at(file, &box, at, ipco->end); at = box.end) {
        if (box_is(&box, "ispe") && !avif_size(p, file, &box))
            return false;
        if (box_is(&box, "auxC") && avif_is_alpha(file, &box))
            p->alpha = true;
    }
    return p->width > 0 && at == ipco->end && take(file, at - 1, &end, 1);
}

static bool read_avif(struct picture *p, struct file *file)
{
    enum { META_VERSION = 4 };  /* meta alone of the three begins with version and flags */
    struct box box;

    return box_at(file, &box, 0, UINT64_MAX) && box_is(&box, "ftyp") && avif_brand(file, &box)
        && find_box(file, &box, "meta", box.end, UINT64_MAX)
        && find_box(file, &box, "iprp", box.body + META_VERSION, box.end)
        && find_box(file, &box, "ipco", box.body, box.end)
        && avif_properties(p, file, &box);
}

/*** all ***/

bool picture_read(struct picture *p, picture_reader *reader, void *source)
{
    static bool (*const read[])(struct picture *, struct file *) = {
        [PICTURE_PNG] = read_png, [PICTURE_JPEG] = read_jpeg, [PICTURE_WEBP] = read_webp,
        [PICTURE_GIF] = read_gif, [PICTURE_AVIF] = read_avif,
    };
    struct file file = { .reader = reader, .source = source };

    for (enum picture_type type = PICTURE_PNG; type <= PICTURE_AVIF; type++) {
        *p = (struct picture){ .type = type };
        if (read[type](p, &file))
            return true;
    }
    *p = (struct picture){ .type = PICTURE_UNKNOWN };
    return false;
}

struct memory {
    const uint8_t *bytes;
    size_t n;
};

static size_t read_memory(void *source, size_t offset, void *out, size_t n)
{
    const struct memory *memory = source;
    size_t left = offset < memory->n ? memory->n - offset : 0;

    if (n > left)
        n = left;
    if (n > 0)
        memcpy(out, memory->bytes + offset, n);
    return n;
}

bool picture_sniff(struct picture *p, const void *bytes, size_t n)
{
    struct memory memory = { bytes, n };

    return picture_read(p, read_memory, &memory);
}

static const struct {
    const char *name, *mime;
} texts[] = {
    [PICTURE_UNKNOWN] = { "unknown", "application/octet-stream" },
    [PICTURE_PNG] = { "png", "image/png" },
    [PICTURE_JPEG] = { "jpeg", "image/jpeg" },
    [PICTURE_WEBP] = { "webp", "image/webp" },
    [PICTURE_GIF] = { "gif", "image/gif" },
    [PICTURE_AVIF] = { "avif", "image/avif" },
};

const char *picture_name(enum picture_type type) { return texts[type].name; }
const char *picture_mime(enum picture_type type) { return texts[type].mime; }
