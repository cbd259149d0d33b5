/* picture_test.c - are pictures known by their header, and nothing else taken for one?
 * SPDX-License-Identifier: MIT */
#include "picture.h"

#include <stdlib.h>

#include "check.h"

#define BYTES(text) text, sizeof text - 1

/* 1024x768 and 768x1024 in the formats' own ways; a frame header of JPEG has its height first. */
#define PNG_START "\x89PNG\r\n\x1a\n" "\0\0\0\x0dIHDR"
#define PNG_WIDE PNG_START "\0\0\4\0" "\0\0\3\0"
#define PNG_TALL PNG_START "\0\0\3\0" "\0\0\4\0"
#define PNG_TEXT "\0\0\0\3" "tEXt" "a\0b" "crc!"
#define PNG_IDAT "\0\0\0\1" "IDAT" "z" "crc!"
#define PNG_TRNS "\0\0\0\2" "tRNS" "\0\0" "crc!"

#define JPEG_START "\xff\xd8"
#define JPEG_APP0 "\xff\xe0\0\x10" "JFIF\0\1\1\0\0\1\0\1\0\0"
#define JPEG_TABLE "\xff\xdb\0\3" "\0"
#define JPEG_FRAME(marker, size) "\xff" marker "\0\x11\x08" size "\3\1\x22\0\2\x11\1\3\x11\1"
#define JPEG_WIDE "\3\0\4\0"
#define JPEG_TALL "\4\0\3\0"

#define WEBP(chunk) "RIFF\x40\0\0\0WEBP" chunk
#define WEBP_VP8(size) WEBP("VP8 \x20\0\0\0" "\x10\0\0" "\x9d\x01\x2a" size)
#define WEBP_VP8L(bits) WEBP("VP8L\x20\0\0\0" "\x2f" bits)
#define WEBP_VP8X(flags, size) WEBP("VP8X\x0a\0\0\0" flags "\0\0\0" size)

#define GIF_WIDE "\0\4\0\3"
#define GIF_TALL "\0\3\0\4"
#define GIF_CONTROL(flags) "\x21\xf9\4" flags "\0\0\0\0"
#define GIF_COMMENT "\x21\xfe\3abc\2de\0"
#define GIF_FRAME "\x2c\0\0\0\0\0\4\0\3\0"

#define FTYP(brand, others) "\0\0\0\x1c" "ftyp" brand "\0\0\0\0" others
#define FTYP_AVIF FTYP("avif", "avifmif1miaf")
#define HDLR "\0\0\0\x08hdlr"
#define ISPE(size) "\0\0\0\x14ispe\0\0\0\0" size
#define ISPE_WIDE ISPE("\0\0\4\0\0\0\3\0")
#define ISPE_TALL ISPE("\0\0\3\0\0\0\4\0")
#define ISPE_SMALL ISPE("\0\0\0\xa0\0\0\0\x78")
#define AUXC_ALPHA "\0\0\0\x38" "auxC\0\0\0\0urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0"
#define AUXC_DEPTH "\0\0\0\x38" "auxC\0\0\0\0urn:mpeg:mpegB:cicp:systems:auxiliary:depth\0"
/* The sizes of meta, iprp and ipco depend on the properties inside. */
#define META(meta, iprp, ipco, properties) \
    "\0\0\0" meta "meta\0\0\0\0" HDLR "\0\0\0" iprp "iprp" "\0\0\0" ipco "ipco" properties
#define META_1(ispe) META("\x38", "\x24", "\x1c", ispe)
#define META_2(ispe, auxc) META("\x70", "\x5c", "\x54", ispe auxc)
#define META_3(one, two, auxc) META("\x84", "\x70", "\x68", one two auxc)

static const struct {
    const char *name;
    const char *bytes;
    size_t n;
    size_t needs;               /* so many bytes at least; 0: all */
    enum picture_type type;
    bool tall, alpha;
} pictures[] = {
    { "PNG, RGB", BYTES(PNG_WIDE "\x08\2\0\0\0crc!" PNG_IDAT), 33, PICTURE_PNG, false, false },
    { "PNG, RGBA", BYTES(PNG_TALL "\x08\6\0\0\0crc!" PNG_IDAT), 33, PICTURE_PNG, true, true },
    { "PNG, 16 bit, interlaced", BYTES(PNG_WIDE "\x10\2\0\0\1crc!"), 0, PICTURE_PNG, false, false },
    { "PNG, grey", BYTES(PNG_TALL "\1\0\0\0\0crc!"), 0, PICTURE_PNG, true, false },
    { "PNG, grey with alpha", BYTES(PNG_WIDE "\x08\4\0\0\0crc!"), 0, PICTURE_PNG, false, true },
    { "PNG, palette", BYTES(PNG_WIDE "\2\3\0\0\0crc!" PNG_TEXT PNG_IDAT PNG_TRNS), 33, PICTURE_PNG, false, false },
    { "PNG, palette with tRNS", BYTES(PNG_TALL "\4\3\0\0\0crc!" PNG_TEXT PNG_TRNS), 33, PICTURE_PNG, true, true },

    { "JPEG, JFIF",
      BYTES(JPEG_START JPEG_APP0 JPEG_TABLE JPEG_FRAME("\xc0", JPEG_WIDE)), 0, PICTURE_JPEG, false, false },
    { "JPEG, tall", BYTES(JPEG_START JPEG_TABLE JPEG_FRAME("\xc0", JPEG_TALL)), 0, PICTURE_JPEG, true, false },
    { "JPEG, progressive", BYTES(JPEG_START JPEG_FRAME("\xc2", JPEG_WIDE)), 0, PICTURE_JPEG, false, false },
    { "JPEG, arithmetic", BYTES(JPEG_START JPEG_FRAME("\xc9", JPEG_WIDE)), 0, PICTURE_JPEG, false, false },
    { "JPEG, last kind of frame", BYTES(JPEG_START JPEG_FRAME("\xcf", JPEG_TALL)), 0, PICTURE_JPEG, true, false },
    { "JPEG, fill bytes",
      BYTES(JPEG_START "\xff\xff\xff" JPEG_TABLE "\xff" JPEG_FRAME("\xc1", JPEG_WIDE)), 0, PICTURE_JPEG, false, false },
    { "JPEG, tables that look like frames",
      BYTES(JPEG_START "\xff\xc4\0\3\1\xff\xcc\0\4\1\1\xff\xc8\0\2"
            JPEG_FRAME("\xc0", JPEG_WIDE)), 0, PICTURE_JPEG, false, false },
    { "JPEG, a frame inside a segment",
      BYTES(JPEG_START "\xff\xe1\0\x15" JPEG_FRAME("\xc0", JPEG_WIDE)
            JPEG_FRAME("\xc0", JPEG_TALL)), 0, PICTURE_JPEG, true, false },
    { "JPEG, marker without length",
      BYTES(JPEG_START "\xff\1\xff\xd0" JPEG_FRAME("\xc0", JPEG_WIDE)), 0, PICTURE_JPEG, false, false },
    { "JPEG, one component",
      BYTES(JPEG_START "\xff\xc0\0\x0b\x08" JPEG_WIDE "\1\1\x11\0"), 0, PICTURE_JPEG, false, false },

    { "WebP, VP8", BYTES(WEBP_VP8("\0\4\0\3") "more"), 30, PICTURE_WEBP, false, false },
    { "WebP, VP8 to be scaled", BYTES(WEBP_VP8("\0\x43\0\x84")), 0, PICTURE_WEBP, true, false },
    { "WebP, VP8L", BYTES(WEBP_VP8L("\xff\xc3\xbf\0")), 0, PICTURE_WEBP, false, false },
    { "WebP, VP8L with alpha", BYTES(WEBP_VP8L("\xff\xc2\xff\x10") "more"), 25, PICTURE_WEBP, true, true },
    { "WebP, VP8X", BYTES(WEBP_VP8X("\x28", "\xff\3\0\xff\2\0")), 0, PICTURE_WEBP, false, false },
    { "WebP, VP8X with alpha", BYTES(WEBP_VP8X("\x10", "\xff\2\0\xff\3\0") "more"), 30, PICTURE_WEBP, true, true },

    { "GIF 87a", BYTES("GIF87a" GIF_WIDE "\x70\0\0" GIF_CONTROL("\1") GIF_FRAME), 13, PICTURE_GIF, false, false },
    { "GIF 89a",
      BYTES("GIF89a" GIF_TALL "\x70\0\0" GIF_CONTROL("\4") GIF_FRAME GIF_CONTROL("\1")), 13, PICTURE_GIF, true, false },
    { "GIF, without control",
      BYTES("GIF89a" GIF_WIDE "\0\0\0" GIF_COMMENT GIF_FRAME GIF_CONTROL("\1")), 13, PICTURE_GIF, false, false },
    { "GIF, transparent", BYTES("GIF89a" GIF_TALL "\0\0\0" GIF_CONTROL("\5") GIF_FRAME), 13, PICTURE_GIF, true, true },
    { "GIF, transparent, behind colours and a comment",
      BYTES("GIF89a" GIF_WIDE "\x81\0\0" "!!!!!!!!!!!!" GIF_COMMENT GIF_CONTROL("\1")), 13, PICTURE_GIF, false, true },

    { "AVIF", BYTES(FTYP_AVIF META_1(ISPE_WIDE) "mdat"), 84, PICTURE_AVIF, false, false },
    { "AVIF, tall, alpha", BYTES(FTYP_AVIF META_2(ISPE_TALL, AUXC_ALPHA)), 0, PICTURE_AVIF, true, true },
    { "AVIF, depth map", BYTES(FTYP_AVIF META_2(ISPE_WIDE, AUXC_DEPTH)), 0, PICTURE_AVIF, false, false },
    { "AVIF, thumbnail first",
      BYTES(FTYP_AVIF META_3(ISPE_SMALL, ISPE_WIDE, AUXC_ALPHA)), 0, PICTURE_AVIF, false, true },
    { "AVIF, thumbnail last",
      BYTES(FTYP_AVIF META_3(ISPE_TALL, ISPE_SMALL, AUXC_DEPTH)), 0, PICTURE_AVIF, true, false },
    { "AVIF, sequence", BYTES(FTYP("avis", "msf1miafMA1B") META_1(ISPE_WIDE)), 0, PICTURE_AVIF, false, false },
    { "AVIF, mif1", BYTES(FTYP("mif1", "miafMA1Bavif") META_1(ISPE_WIDE)), 0, PICTURE_AVIF, false, false },
    { "AVIF, box of 64 bits before",
      BYTES(FTYP_AVIF "\0\0\0\1free\0\0\0\0\0\0\0\x13" "..." META_1(ISPE_TALL)), 0, PICTURE_AVIF, true, false },
    { "AVIF, meta of 64 bits",
      BYTES(FTYP_AVIF "\0\0\0\1meta\0\0\0\0\0\0\0\x38"
            "\0\0\0\0\0\0\0\x24iprp\0\0\0\x1cipco" ISPE_WIDE), 0, PICTURE_AVIF, false, false },
    { "AVIF, mif1 and other brands",
      BYTES(FTYP("mif1", "miafavifMA1B") META_1(ISPE_TALL)), 0, PICTURE_AVIF, true, false },
    { "AVIF, meta to the end", BYTES(FTYP_AVIF META("\0", "\x24", "\x1c", ISPE_WIDE)), 0, PICTURE_AVIF, false, false },
};

/* Sniffs a copy of exactly n bytes, so that the sanitizer sees a read too far. */
static bool sniff(struct picture *p, const char *bytes, size_t n)
{
    char *copy = malloc(n ? n : 1);

    if (!copy)
        abort();
    memcpy(copy, bytes, n);
    memset(p, 0xee, sizeof *p);
    bool good = picture_sniff(p, copy, n);
    free(copy);
    return good;
}

static bool is_zeroed(const struct picture *p)
{
    return p->type == PICTURE_UNKNOWN && p->width == 0 && p->height == 0 && !p->alpha;
}

static void test_pictures(void)
{
    for (size_t i = 0; i < sizeof pictures / sizeof *pictures; i++) {
        uint32_t width = pictures[i].tall ? 768 : 1024, height = pictures[i].tall ? 1024 : 768;
        struct picture p;
        bool good = sniff(&p, pictures[i].bytes, pictures[i].n);
        CHECK(good && p.type == pictures[i].type, "%s: is known", pictures[i].name);
        CHECK(p.width == width && p.height == height, "%s: %ux%u", pictures[i].name, p.width, p.height);
        CHECK(p.alpha == pictures[i].alpha, "%s: alpha %s", pictures[i].name, pictures[i].alpha ? "yes" : "no");
    }
}

/* Cut after each byte: nothing while the header is not whole, the same size from then on. */
static void test_cut(void)
{
    for (size_t i = 0; i < sizeof pictures / sizeof *pictures; i++) {
        size_t needs = pictures[i].needs ? pictures[i].needs : pictures[i].n;
        struct picture whole, p;
        int wrong = 0;
        picture_sniff(&whole, pictures[i].bytes, pictures[i].n);
        for (size_t n = 0; n < pictures[i].n; n++) {
            bool good = sniff(&p, pictures[i].bytes, n);
            bool same = p.type == whole.type && p.width == whole.width && p.height == whole.height;
            wrong += good != (n >= needs) || !(good ? same : is_zeroed(&p));
        }
        CHECK(wrong == 0, "%s: cut after each byte, %d wrong", pictures[i].name, wrong);
    }
}

static const struct {
    const char *name;
    const char *bytes;
    size_t n;
} others[] = {
    { "nothing", BYTES("") },
    { "text", BYTES("A text that is long enough for any of the headers, and is none of them.") },
    { "HTML", BYTES("<!doctype html><html><body><img src=\"data:image/png;base64,iVBORw0KGgo=\">") },
    { "BMP", BYTES("BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\0\4\0\0\0\3\0\0\1\0\x18\0\0\0\0\0\x10\0\0\0") },

    { "PNG, width 0", BYTES(PNG_START "\0\0\0\0\0\0\3\0" "\x08\2\0\0\0crc!") },
    { "PNG, height 0", BYTES(PNG_START "\0\0\4\0\0\0\0\0" "\x08\2\0\0\0crc!") },
    { "PNG, width 2^31", BYTES(PNG_START "\x80\0\0\0\0\0\3\0" "\x08\2\0\0\0crc!") },
    { "PNG, height 2^32 - 1", BYTES(PNG_START "\0\0\4\0\xff\xff\xff\xff" "\x08\2\0\0\0crc!") },
    { "PNG, colour type 1", BYTES(PNG_WIDE "\x08\1\0\0\0crc!") },
    { "PNG, colour type 7", BYTES(PNG_WIDE "\x08\7\0\0\0crc!") },
    { "PNG, depth 3", BYTES(PNG_WIDE "\3\0\0\0\0crc!") },
    { "PNG, depth 0", BYTES(PNG_WIDE "\0\0\0\0\0crc!") },
    { "PNG, 4 bits of RGB", BYTES(PNG_WIDE "\4\2\0\0\0crc!") },
    { "PNG, unknown compression", BYTES(PNG_WIDE "\x08\2\1\0\0crc!") },
    { "PNG, unknown filter", BYTES(PNG_WIDE "\x08\2\0\1\0crc!") },
    { "PNG, unknown interlace", BYTES(PNG_WIDE "\x08\2\0\0\2crc!") },
    { "PNG, line ends translated", BYTES("\x89PNG\n\x1a\n\0\0\0\x0dIHDR\0\0\4\0\0\0\3\0\x08\2\0\0\0crc!" PNG_IDAT) },
    { "PNG, another chunk first", BYTES("\x89PNG\r\n\x1a\n\0\0\0\x0d" "CgBI\0\0\4\0\0\0\3\0\x08\2\0\0\0crc!") },

    { "JPEG, width 0", BYTES(JPEG_START JPEG_FRAME("\xc0", "\3\0\0\0")) },
    { "JPEG, height 0", BYTES(JPEG_START JPEG_FRAME("\xc0", "\0\0\4\0")) },
    { "JPEG, no components", BYTES(JPEG_START "\xff\xc0\0\x08\x08" JPEG_WIDE "\0............") },
    { "JPEG, frame too short for its components", BYTES(JPEG_START "\xff\xc0\0\x0e\x08" JPEG_WIDE "\3............") },
    { "JPEG, precision 0", BYTES(JPEG_START "\xff\xc0\0\x0b\0" JPEG_WIDE "\1\1\x11\0") },
    { "JPEG, scan before the frame", BYTES(JPEG_START "\xff\xda\0\2" JPEG_FRAME("\xc0", JPEG_WIDE)) },
    { "JPEG, end before the frame", BYTES(JPEG_START "\xff\xd9\0\2" JPEG_FRAME("\xc0", JPEG_WIDE)) },
    { "JPEG, start within", BYTES(JPEG_START "\xff\xd8\0\2" JPEG_FRAME("\xc0", JPEG_WIDE)) },
    { "JPEG, length 0", BYTES(JPEG_START "\xff\xe0\0\0" JPEG_FRAME("\xc0", JPEG_WIDE)) },
    { "JPEG, length 1", BYTES(JPEG_START "\xff\xe0\0\1" JPEG_FRAME("\xc0", JPEG_WIDE)) },
    { "JPEG, rubbish between segments", BYTES(JPEG_START JPEG_APP0 "x" JPEG_FRAME("\xc0", JPEG_WIDE)) },

    { "WebP, VP8 width 0", BYTES(WEBP_VP8("\0\0\0\3")) },
    { "WebP, VP8 height 0 to be scaled", BYTES(WEBP_VP8("\0\4\0\x40")) },
    { "WebP, VP8 no key frame", BYTES(WEBP("VP8 \x20\0\0\0" "\x11\0\0" "\x9d\x01\x2a\0\4\0\3")) },
    { "WebP, VP8 wrong start code", BYTES(WEBP("VP8 \x20\0\0\0" "\x10\0\0" "\x9d\x01\x2b\0\4\0\3")) },
    { "WebP, VP8 chunk too short", BYTES(WEBP("VP8 \x09\0\0\0" "\x10\0\0" "\x9d\x01\x2a\0\4\0\3")) },
    { "WebP, VP8L wrong mark", BYTES(WEBP("VP8L\x20\0\0\0" "\x2e\xff\xc3\xbf\0")) },
    { "WebP, VP8L version 1", BYTES(WEBP_VP8L("\xff\xc3\xbf\x20")) },
    { "WebP, VP8X chunk too short", BYTES(WEBP("VP8X\x09\0\0\0" "\0\0\0\0\xff\3\0\xff\2\0")) },
    { "WebP, unknown chunk", BYTES(WEBP("VP9 \x20\0\0\0" "\x10\0\0" "\x9d\x01\x2a\0\4\0\3")) },
    { "RIFF of another kind", BYTES("RIFF\x40\0\0\0WAVE" "VP8X\x0a\0\0\0" "\0\0\0\0" "\xff\3\0\xff\2\0") },

    { "GIF, width 0", BYTES("GIF89a\0\0\0\3\x70\0\0" GIF_FRAME) },
    { "GIF, height 0", BYTES("GIF87a\0\4\0\0\x70\0\0" GIF_FRAME) },
    { "GIF, unknown version", BYTES("GIF90a" GIF_WIDE "\x70\0\0" GIF_FRAME) },

    { "AVIF, width 0", BYTES(FTYP_AVIF META_1(ISPE("\0\0\0\0\0\0\3\0"))) },
    { "AVIF, height 2^31", BYTES(FTYP_AVIF META_1(ISPE("\0\0\4\0\x80\0\0\0"))) },
    { "AVIF, one size good, one 0", BYTES(FTYP_AVIF META_3(ISPE_WIDE, ISPE("\0\0\0\0\0\0\0\0"), AUXC_ALPHA)) },
    { "AVIF, no size", BYTES(FTYP_AVIF META("\x38", "\x24", "\x1c", "\0\0\0\x14pixi............")) },
    { "AVIF, size too short",
      BYTES(FTYP_AVIF META("\x34", "\x20", "\x18", "\0\0\0\x10ispe\0\0\0\0\0\0\4\0") "\0\0\3\0") },
    { "AVIF, iprp larger than meta", BYTES(FTYP_AVIF META("\x38", "\x25", "\x1c", ISPE_WIDE) "x") },
    { "AVIF, a box of 4", BYTES(FTYP_AVIF "\0\0\0\4" "\0\0\0\x08" "free" META_1(ISPE_WIDE)) },
    { "AVIF, property larger than its parent",
      BYTES(FTYP_AVIF META_1("\0\0\0\x15ispe\0\0\0\0\0\0\4\0\0\0\3\0") "more") },
    { "AVIF, parent larger than its properties", BYTES(FTYP_AVIF META("\x39", "\x25", "\x1d", ISPE_WIDE) "more") },
    { "AVIF, meta ends inside its version",
      BYTES(FTYP_AVIF "\0\0\0\x0ameta\0\0\0\0\0\0\0\x24iprp\0\0\0\x1cipco" ISPE_WIDE) },
    { "AVIF, no meta", BYTES(FTYP_AVIF HDLR HDLR HDLR) },
    { "AVIF only as a version", BYTES("\0\0\0\x1c" "ftypmif1avifmif1heicmiaf" META_1(ISPE_WIDE)) },
    { "HEIC", BYTES(FTYP("heic", "mif1heicmiaf") META_1(ISPE_WIDE)) },
    { "mif1 alone", BYTES(FTYP("mif1", "mif1heicmiaf") META_1(ISPE_WIDE)) },
    { "MP4", BYTES(FTYP("isom", "isomiso2avc1") META_1(ISPE_WIDE)) },
};

static void test_others(void)
{
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct picture p;
        bool good = sniff(&p, others[i].bytes, others[i].n);
        CHECK(!good && is_zeroed(&p), "%s: refused", others[i].name);
    }
}

/*** files without end ***/

struct endless {
    const char *start;
    size_t start_n;
    const char *again;          /* repeated for ever behind the start */
    size_t again_n;
    unsigned reads;
};

static size_t read_endless(void *source, size_t offset, void *out, size_t n)
{
    struct endless *file = source;
    char *to = out;

    file->reads++;
    for (size_t i = 0; i < n; i++, offset++)
        to[i] = offset < file->start_n ? file->start[offset] : file->again[(offset - file->start_n) % file->again_n];
    return n;
}

static const struct {
    const char *name;
    const char *start;
    size_t start_n;
    const char *again;
    size_t again_n;
    bool known;
} hostile[] = {
    { "JPEG, fill bytes", BYTES(JPEG_START), BYTES("\xff"), false },
    { "JPEG, empty segments", BYTES(JPEG_START), BYTES("\xff\xe0\0\2"), false },
    { "JPEG, markers without length", BYTES(JPEG_START), BYTES("\xff\1"), false },
    { "JPEG, lengths of 0", BYTES(JPEG_START), BYTES("\xff\xe0\0\0"), false },
    { "PNG, empty chunks", BYTES(PNG_WIDE "\x08\2\0\0\0crc!"), BYTES("\0\0\0\0tEXtcrc!"), true },
    { "PNG, huge chunks", BYTES(PNG_WIDE "\x08\2\0\0\0crc!"), BYTES("\xff"), true },
    { "GIF, empty extensions", BYTES("GIF89a" GIF_WIDE "\0\0\0"), BYTES("\x21\xfe\0"), true },
    { "GIF, sub-blocks", BYTES("GIF89a" GIF_WIDE "\0\0\0\x21\xfe"), BYTES("\1"), true },
    { "AVIF, empty boxes", BYTES(FTYP_AVIF), BYTES("\0\0\0\x08"), false },
    { "AVIF, boxes of 0", BYTES(FTYP_AVIF), BYTES("\0\0\0\0free"), false },
    { "AVIF, boxes of 7", BYTES(FTYP_AVIF), BYTES("\0\0\0\7free"), false },
    { "AVIF, large boxes of 0", BYTES(FTYP_AVIF), BYTES("\0\0\0\1free\0\0\0\0\0\0\0\0"), false },
    { "AVIF, large boxes of 8", BYTES(FTYP_AVIF), BYTES("\0\0\0\1free\0\0\0\0\0\0\0\x08"), false },
    { "AVIF, a box that wraps around", BYTES(FTYP_AVIF), BYTES("\0\0\0\1free\xff\xff\xff\xff\xff\xff\xff\xf0"), false },
    { "AVIF, brands", BYTES("\x7f\xff\xff\xff" "ftypmif1\0\0\0\0"), BYTES("heic"), false },
    { "AVIF, properties",
      BYTES(FTYP_AVIF "\x7f\xff\xff\xf0meta\0\0\0\0\x7f\xff\xff\0iprp\x7f\xff\xfe\0ipco"), BYTES(ISPE_WIDE), false },
};

/* Whatever a file says, it is over after some thousand small reads. */
static void test_hostile(void)
{
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        struct endless file = { hostile[i].start, hostile[i].start_n, hostile[i].again, hostile[i].again_n, 0 };
        struct picture p;
        bool known = picture_read(&p, read_endless, &file);
        CHECK(known == hostile[i].known && file.reads < 5000, "without end: %s, %u reads", hostile[i].name, file.reads);
    }
}

/*** a long way to the frame ***/

/* Five segments of EXIF and ICC of 64 KiB each stand before the frame. */
static void test_long_jpeg(void)
{
    enum { SEGMENTS = 5, SEGMENT = 2 + 0xffff, SIZE = 2 + SEGMENTS * SEGMENT + 19 };
    char *bytes = calloc(1, SIZE);
    struct picture p;

    if (!bytes)
        abort();
    memcpy(bytes, JPEG_START, 2);
    for (int i = 0; i < SEGMENTS; i++)
        memcpy(bytes + 2 + i * SEGMENT, i < 2 ? "\xff\xe1\xff\xff" "Exif" : "\xff\xe2\xff\xff" "ICC_", 8);
    memcpy(bytes + 2 + SEGMENTS * SEGMENT, JPEG_FRAME("\xc2", JPEG_TALL), 19);
    CHECK(picture_sniff(&p, bytes, SIZE) && p.width == 768 && p.height == 1024, "JPEG: a frame behind %d bytes", SIZE);
    CHECK(!picture_sniff(&p, bytes, SIZE - 1) && is_zeroed(&p), "JPEG: and a byte less is refused");
    free(bytes);
}

/* Each byte takes on each value: any answer will do, but a zeroed picture with
 * false and a type and pixels with true. */
static int damage(const char *bytes, size_t n)
{
    char damaged[256];
    struct picture p;
    int wrong = 0;

    memcpy(damaged, bytes, n);
    for (size_t at = 0; at < n; at++) {
        for (int c = 0; c < 256; c++) {
            damaged[at] = (char)c;
            bool good = sniff(&p, damaged, n);
            wrong += good ? p.type == PICTURE_UNKNOWN || p.width == 0 || p.height == 0 : !is_zeroed(&p);
        }
        damaged[at] = bytes[at];
    }
    return wrong;
}

static void test_damaged(void)
{
    for (size_t i = 0; i < sizeof pictures / sizeof *pictures; i++) {
        int wrong = damage(pictures[i].bytes, pictures[i].n);
        CHECK(wrong == 0, "%s: damaged, %d wrong", pictures[i].name, wrong);
    }
}

static void test_names(void)
{
    static const struct {
        enum picture_type type;
        const char *name, *mime;
    } names[] = {
        { PICTURE_UNKNOWN, "unknown", "application/octet-stream" },
        { PICTURE_PNG, "png", "image/png" },
        { PICTURE_JPEG, "jpeg", "image/jpeg" },
        { PICTURE_WEBP, "webp", "image/webp" },
        { PICTURE_GIF, "gif", "image/gif" },
        { PICTURE_AVIF, "avif", "image/avif" },
    };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        CHECK_TEXT(picture_name(names[i].type), names[i].name, "name: %s", names[i].name);
        CHECK_TEXT(picture_mime(names[i].type), names[i].mime, "mime: %s", names[i].mime);
    }
}

int main(void)
{
    struct picture p;

    test_pictures();
    test_cut();
    test_others();
    CHECK(!picture_sniff(&p, NULL, 0) && is_zeroed(&p), "no bytes at all: refused");
    test_hostile();
    test_long_jpeg();
    test_damaged();
    test_names();
    return check_finish();
}
