/* image_test.c - do image.convert, image.mask and image.composite give what they promise?
 *
 * Results are read back with libvips; what must not change is compared number by number.
 * SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "image_pictures.h"

/* ---- image.convert --------------------------------------------------------------- */

struct convert {
    const char *format, *fit;       /* NULL: not given */
    long width, height, quality;    /* 0, -1: not given */
};

static struct pictor_task *convert(const struct file *file, struct convert wanted)
{
    struct pictor_task *task = module_task_new(module_find_task("image.convert"));

    give_file(task, "picture", file);
    if (wanted.format)
        module_task_text(task, "format", wanted.format);
    if (wanted.fit)
        module_task_text(task, "fit", wanted.fit);
    if (wanted.width)
        module_task_integer(task, "width", wanted.width);
    if (wanted.height)
        module_task_integer(task, "height", wanted.height);
    if (wanted.quality >= 0)
        module_task_integer(task, "quality", wanted.quality);
    module_task_run(task);
    return task;
}

static bool starts_as(const struct pictor_task *task, const char *format)
{
    static const struct { const char *format, *start; size_t at, len; } formats[] = {
        { "png", "\x89PNG", 0, 4 }, { "jpeg", "\xff\xd8\xff", 0, 3 }, { "webp", "WEBP", 8, 4 },
    };
    const struct module_value *picture = result_of(task, "picture"), *said = result_of(task, "format");

    for (size_t i = 0; i < 3; i++) {
        if (picture && said && strcmp(formats[i].format, format) == 0)
            return strcmp(said->text, format) == 0
                && memcmp(picture->bytes + formats[i].at, formats[i].start, formats[i].len) == 0;
    }
    return false;
}

static const char *const readable[] = { ".png", ".png[interlace]", ".jpg", ".webp", ".webp[lossless]", ".gif", ".avif" };
static const char *const writable[] = { "png", "jpeg", "webp" };

static void check_formats(void)
{
    for (size_t i = 0; i < sizeof readable / sizeof *readable; i++) {
        for (size_t o = 0; o < 3; o++) {
            for (int bands = 1; bands <= 4; bands++) {
                struct file file = noisy(1, 37, 23, bands, readable[i]);
                struct pictor_task *task = convert(&file, (struct convert){ .format = writable[o], .quality = 80 });
                struct pixels got = pixels_of_result(task);
                CHECK(starts_as(task, writable[o]) && got.data && got.width == 37 && got.height == 23,
                      "%s with %d bands becomes %s: %s", readable[i], bands, writable[o], task->reason);
                bool keeps = bands % 2 == 0 && o != 1 && strcmp(readable[i], ".jpg") != 0;
                bool gif = strcmp(readable[i], ".gif") == 0;    /* libvips likes to give it alpha that was not asked for */
                CHECK(got.bands == (keeps ? 4 : 3) || (gif && o != 1), "alpha of %s with %d bands as %s: %d bands", readable[i], bands,
                      writable[o], got.bands);
                CHECK(number_of(task, "width") == 37 && number_of(task, "height") == 23, "its size is reported");
                free(got.data);
                free(file.bytes);
                module_task_free(task);
            }
        }
    }
}

/* Without a format: its own, if that can be written. */
static void check_own_format(void)
{
    static const char *const own[][2] = {
        { ".png", "png" }, { ".jpg", "jpeg" }, { ".webp", "webp" }, { ".gif", "png" }, { ".avif", "png" },
    };

    for (size_t i = 0; i < 5; i++) {
        struct file file = noisy(1, 16, 16, 3, own[i][0]);
        struct pictor_task *task = convert(&file, (struct convert){ .quality = -1 });
        CHECK(starts_as(task, own[i][1]), "without a format %s becomes %s", own[i][0], own[i][1]);
        free(file.bytes);
        module_task_free(task);
    }
}

/* PNG to PNG changes no pixel, whatever else. */
static void check_lossless(void)
{
    for (int bands = 1; bands <= 4; bands++) {
        struct file file = noisy(2, 65, 43, bands, ".png");
        struct pictor_task *task = convert(&file, (struct convert){ .format = "png", .quality = 1 });
        struct pixels before = pixels_of(file.bytes, file.len), after = pixels_of_result(task);
        size_t differ = !before.data || !after.data;
        for (int i = 0; !differ && i < 65 * 43; i++) {
            const unsigned char *b = before.data + i * before.bands, *a = after.data + i * after.bands;
            differ += a[0] != b[0] || a[1] != b[bands < 3 ? 0 : 1] || a[2] != b[bands < 3 ? 0 : 2];
            differ += bands % 2 == 0 && a[3] != b[bands - 1];
        }
        CHECK(differ == 0, "png with %d bands to png: no pixel differs", bands);
        free(before.data);
        free(after.data);
        free(file.bytes);
        module_task_free(task);
    }
}

static void check_sizes(void)
{
    static const struct { int width, height; } from[] = { { 64, 48 }, { 48, 64 }, { 1, 300 }, { 300, 1 }, { 7, 7 } };
    static const struct { long width, height; } to[] = {
        { 64, 48 }, { 50, 50 }, { 33, 77 }, { 512, 16 }, { 16, 512 }, { 1, 1 }, { 1, 64 }, { 129, 97 }, { 1792, 1024 },
    };
    static const char *const fits[] = { "crop", "pad", NULL };

    for (size_t f = 0; f < sizeof from / sizeof *from; f++) {
        for (size_t t = 0; t < sizeof to / sizeof *to; t++) {
            for (size_t i = 0; i < 6; i++) {
                struct file file = noisy(3, from[f].width, from[f].height, i < 3 ? 3 : 4, ".png");
                struct pictor_task *task = convert(&file, (struct convert){
                    writable[(f + t) % 3], fits[i % 3], to[t].width, to[t].height, 90 });
                struct pixels got = pixels_of_result(task);
                CHECK(got.data && got.width == to[t].width && got.height == to[t].height,
                      "%dx%d to exactly %ldx%ld, fit %s, %s alpha: %s", from[f].width, from[f].height, to[t].width,
                      to[t].height, fits[i % 3] ? fits[i % 3] : "not given", i < 3 ? "without" : "with", task->reason);
                free(got.data);
                free(file.bytes);
                module_task_free(task);
            }
        }
    }
}

/* A picture of upright stripes: column x is 10 * x. */
static struct file stripes(int width, int height, int alpha)
{
    VipsImage *image = noise(1, width, height, alpha < 0 ? 3 : 4);

    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            unsigned char *p = texel(image, x, y);
            p[0] = p[1] = p[2] = (unsigned char)(10 * x);
            if (alpha >= 0)
                p[3] = (unsigned char)alpha;
        }
    }
    return saved(image, ".png");
}

static void check_crop_is_centred(void)
{
    struct file file = stripes(20, 10, -1);
    struct pictor_task *task = convert(&file, (struct convert){ "png", "crop", 10, 10, -1 });
    struct pixels got = pixels_of_result(task);

    CHECK(got.data && pixel(&got, 0, 5)[0] == 50 && pixel(&got, 9, 5)[0] == 140,
          "crop keeps the middle: as much goes left as right");
    free(got.data);
    free(file.bytes);
    module_task_free(task);
}

static void check_bars(void)
{
    static const struct {
        const char *what;
        int alpha;
        long width, height;
        int x, y, red, opacity;         /* one pixel of the result */
    } cases[] = {
        { "the left bar has the colour of the left edge", -1, 24, 10, 0, 5, 10, 255 },
        { "the right bar has the colour of the right edge", -1, 24, 10, 23, 5, 150, 255 },
        { "the picture is between them", -1, 24, 10, 12, 5, 90, 255 },
        { "the bar above has the mean of the top edge", -1, 15, 20, 7, 0, 80, 255 },
        { "the bar below has the mean of the bottom edge", -1, 15, 20, 7, 19, 80, 255 },
        { "the bar above ends in time", -1, 15, 20, 0, 4, 80, 255 },
        { "the picture begins below it", -1, 15, 20, 0, 5, 10, 255 },
        { "and ends", -1, 15, 20, 0, 14, 10, 255 },
        { "where the bar below begins", -1, 15, 20, 0, 15, 80, 255 },
        { "with alpha the bar is transparent", 200, 24, 10, 0, 5, 0, 0 },
        { "with alpha the picture keeps its own", 200, 24, 10, 12, 5, 90, 200 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct file file = stripes(17, 10, cases[i].alpha), cut = { NULL, 0 };
        struct pictor_task *trim = convert(&file, (struct convert){ "png", "crop", 15, 10, -1 });  /* columns 10 to 150 */
        const struct module_value *picture = result_of(trim, "picture");
        cut = (struct file){ picture->bytes, picture->len };
        struct pictor_task *task = convert(&cut, (struct convert){ "png", "pad", cases[i].width, cases[i].height, -1 });
        struct pixels got = pixels_of_result(task);
        const unsigned char *p = got.data ? pixel(&got, cases[i].x, cases[i].y) : NULL;
        CHECK(p && p[0] == cases[i].red && (got.bands == 4 ? p[3] : 255) == cases[i].opacity, "pad: %s: got %d",
              cases[i].what, p ? p[0] : -1);
        free(got.data);
        free(file.bytes);
        module_task_free(trim);
        module_task_free(task);
    }
}

static void check_quality(void)
{
    struct file file = noisy(4, 128, 128, 3, ".png");

    for (size_t o = 0; o < 3; o++) {
        size_t len[4];
        static const long qualities[] = { 0, 50, 100, -1 };
        for (size_t i = 0; i < 4; i++) {
            struct pictor_task *task = convert(&file, (struct convert){ .format = writable[o], .quality = qualities[i] });
            len[i] = result_of(task, "picture") ? result_of(task, "picture")->len : 0;
            module_task_free(task);
        }
        bool png = strcmp(writable[o], "png") == 0;
        CHECK(png ? len[0] == len[2] : len[0] < len[1] && len[1] < len[2], "quality %s %s: %zu, %zu, %zu bytes",
              png ? "does not matter to" : "matters to", writable[o], len[0], len[1], len[2]);
        CHECK(len[2] == len[3] && len[3] > 0, "quality is 100 when none is given, %s", writable[o]);
    }
    free(file.bytes);
}

static void check_flattened(void)
{
    VipsImage *image = noise(5, 32, 32, 4);

    for (int i = 0; i < 32 * 32; i++)
        texel(image, i % 32, i / 32)[3] = 0;
    struct file file = saved(image, ".png");
    struct pictor_task *task = convert(&file, (struct convert){ .format = "jpeg", .quality = 100 });
    struct pixels got = pixels_of_result(task);
    size_t not_white = 0;
    for (int i = 0; got.data && i < 32 * 32 * 3; i++)
        not_white += got.data[i] != 255;
    CHECK(got.data && got.bands == 3 && not_white == 0, "what is transparent is white as jpeg");
    free(got.data);
    free(file.bytes);
    module_task_free(task);
}

/* Black of a transparent surrounding must not darken the edge of what is opaque. */
static void check_no_bleeding(void)
{
    VipsImage *image = noise(5, 64, 64, 4);

    for (int i = 0; i < 64 * 64; i++) {
        unsigned char *p = texel(image, i % 64, i / 64);
        p[0] = p[1] = p[2] = p[3] = i % 64 < 31 ? 255 : 0;
    }
    struct file file = saved(image, ".png");
    struct pictor_task *task = convert(&file, (struct convert){ "png", "crop", 16, 16, -1 });
    struct pixels got = pixels_of_result(task);
    size_t dark = 0;
    for (int i = 0; got.data && i < 16 * 16; i++)
        dark += got.data[i * 4 + 3] > 8 && got.data[i * 4] < 250;
    CHECK(got.data && dark == 0, "colours of transparent pixels do not bleed: %zu", dark);
    free(got.data);
    free(file.bytes);
    module_task_free(task);
}

/* ---- metadata, orientation and profiles -------------------------------------------- */

static struct file with_orientation(unsigned seed, int width, int height, int orientation, const char *suffix)
{
    VipsImage *image = noise(seed, width, height, 3);

    vips_image_set_int(image, VIPS_META_ORIENTATION, orientation);
    return saved(image, suffix);
}

static void check_orientation(void)
{
    for (int orientation = 1; orientation <= 8; orientation++) {
        struct file file = with_orientation(6, 40, 24, orientation, ".jpg");
        struct pictor_task *task = convert(&file, (struct convert){ .format = "png", .quality = -1 });
        struct pixels got = pixels_of_result(task), upright = turned_pixels_of(file.bytes, file.len);
        CHECK(same_pixels(&got, &upright), "orientation %d is applied", orientation);
        CHECK(number_of(task, "width") == (orientation < 5 ? 40 : 24), "orientation %d: the width as people see it",
              orientation);
        free(got.data);
        free(upright.data);
        free(file.bytes);
        module_task_free(task);
    }
}

/* libvips' own names of what a picture carries besides pixels. */
static bool carries(const struct pictor_task *task, const char *field)
{
    const struct module_value *picture = result_of(task, "picture");
    VipsImage *image = picture ? vips_image_new_from_buffer(picture->bytes, picture->len, "", NULL) : NULL;
    bool there = image && vips_image_get_typeof(image, field) != 0;

    if (image)
        g_object_unref(image);
    return there;
}

static struct file with_profile(unsigned seed, const char *profile, const char *suffix)
{
    VipsImage *image = noise(seed, 40, 24, 3), *out = NULL;

    vips_icc_transform(image, &out, profile, "input_profile", "srgb", "depth", 8, NULL);
    g_object_unref(image);
    vips_image_set_string(out, "png-comment-0-Comment", "by hand");
    vips_image_set_blob_copy(out, VIPS_META_XMP_NAME, "<x/>", 4);
    return saved(out, suffix);
}

static void check_metadata_dropped(void)
{
    static const char *const fields[] = { VIPS_META_EXIF_NAME, VIPS_META_XMP_NAME, VIPS_META_ICC_NAME,
                                          "png-comment-0-Comment", VIPS_META_ORIENTATION };
    static const char *const suffixes[] = { ".png", ".jpg", ".webp" };

    for (size_t s = 0; s < 3; s++) {
        struct file file = with_profile(7, "p3", suffixes[s]);
        for (size_t o = 0; o < 3; o++) {
            struct pictor_task *task = convert(&file, (struct convert){ .format = writable[o], .quality = -1 });
            for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
                CHECK(!carries(task, fields[i]), "%s to %s: no %s", suffixes[s], writable[o], fields[i]);
            module_task_free(task);
        }
        free(file.bytes);
    }
}

static void check_profile(void)
{
    VipsImage *image = noise(7, 40, 24, 3), *soft = NULL, *p3 = NULL, *memory = NULL;

    vips_linear1(image, &soft, 0.25, 96, "uchar", TRUE, NULL);      /* inside both gamuts */
    vips_icc_transform(soft, &p3, "p3", "input_profile", "srgb", "depth", 8, NULL);
    memory = vips_image_copy_memory(p3);
    struct file file = saved(memory, ".png"), plain = saved(vips_image_copy_memory(soft), ".png");
    struct pictor_task *task = convert(&file, (struct convert){ .format = "png", .quality = -1 });
    struct pixels got = pixels_of_result(task), expected = pixels_of(plain.bytes, plain.len);
    struct pixels raw = pixels_of(file.bytes, file.len);
    int far = 0, moved = 0;
    for (int i = 0; got.data && i < 40 * 24 * 3; i++) {
        far += abs(got.data[i] - expected.data[i]) > 3;
        moved += raw.data[i] != expected.data[i];
    }
    CHECK(got.data && moved > 100 && far == 0, "a profile is converted to sRGB: %d moved, %d are wrong", moved, far);
    g_object_unref(image);
    g_object_unref(soft);
    g_object_unref(p3);
    free(got.data);
    free(expected.data);
    free(raw.data);
    free(file.bytes);
    free(plain.bytes);
    module_task_free(task);
}

/* ---- refusals of image.convert ------------------------------------------------------ */

static void check_convert_refused(void)
{
    static const struct {
        struct convert wanted;
        const char *reason;
    } cases[] = {
        { { "tiff", NULL, 0, 0, -1 }, "format: expected png, jpeg or webp, got \"tiff\"" },
        { { "PNG", NULL, 0, 0, -1 }, "format: expected png, jpeg or webp, got \"PNG\"" },
        { { "gif", NULL, 0, 0, -1 }, "format: expected png, jpeg or webp, got \"gif\"" },
        { { "png", "stretch", 5, 5, -1 }, "fit: expected crop or pad, got \"stretch\"" },
        { { "png", NULL, 0, 0, 101 }, "quality: expected 0 to 100, got 101" },
        { { "png", NULL, 5, 0, -1 }, "height: expected a number too, got none" },
        { { "png", NULL, 0, 5, -1 }, "width: expected a number too, got none" },
        { { "png", NULL, -5, 5, -1 }, "width: expected 1 to 16384, got -5" },
        { { "png", NULL, 5, 16385, -1 }, "height: expected 1 to 16384, got 16385" },
        { { "png", NULL, 4294967301, 5, -1 }, "width: expected 1 to 16384, got 4294967301" },
        { { "png", NULL, 16384, 16384, -1 }, "width and height: expected at most 64000000 pixels, got 16384x16384" },
        { { "webp", NULL, 16384, 1, -1 }, "picture: expected at most 16383 pixels a side for webp, got 16384x1" },
    };
    struct file file = noisy(8, 16, 16, 3, ".png");

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pictor_task *task = convert(&file, cases[i].wanted);
        CHECK(task->failed && task->result_count == 0, "refused, and nothing given: case %zu", i);
        CHECK_TEXT(task->reason, cases[i].reason, "the reason of case %zu", i);
        module_task_free(task);
    }
    free(file.bytes);
}

static void check_types_refused(void)
{
    static const char *const cases[][3] = {
        { "width", "640", "width: expected a whole number, got text" },
        { "max_pixels", "many", "max_pixels: expected a whole number, got text" },
        { "picture", "<blob:1>", "picture: expected a picture, got none" },
    };

    for (size_t i = 0; i < 3; i++) {
        struct file file = noisy(8, 16, 16, 3, ".png");
        struct pictor_task *task = module_task_new(module_find_task("image.convert"));
        if (i < 2)
            give_file(task, "picture", &file);
        module_task_text(task, cases[i][0], cases[i][1]);
        module_task_run(task);
        CHECK_TEXT(task->reason, cases[i][2], "%s as text is refused", cases[i][0]);
        free(file.bytes);
        module_task_free(task);
    }
}

static void check_not_pictures(void)
{
    static const struct { const char *what, *bytes; size_t len; const char *reason; } cases[] = {
        { "nothing", "", 0, "picture: expected png, jpeg, webp, gif or avif, got something else" },
        { "text", "hello", 5, "picture: expected png, jpeg, webp, gif or avif, got something else" },
        { "svg", "<svg xmlns='http://www.w3.org/2000/svg'/>", 41,
          "picture: expected png, jpeg, webp, gif or avif, got something else" },
        { "pdf", "%PDF-1.4\n", 9, "picture: expected png, jpeg, webp, gif or avif, got something else" },
        { "tiff", "II*\0\x08\0\0\0", 8, "picture: expected png, jpeg, webp, gif or avif, got something else" },
        { "bmp", "BM\0\0\0\0", 6, "picture: expected png, jpeg, webp, gif or avif, got something else" },
        { "the start of a png", "\x89PNG\r\n\x1a\n", 8, "picture: expected a whole png, got a broken one" },
        { "the start of a jpeg", "\xff\xd8\xff", 3, "picture: expected a whole jpeg, got a broken one" },
        { "the start of a gif", "GIF89a", 6, "picture: expected a whole gif, got a broken one" },
        { "the start of a webp", "RIFF\x04\0\0\0WEBP", 12, "picture: expected a whole webp, got a broken one" },
        { "the start of an avif", "\0\0\0\x10" "ftypavif\0\0\0\0", 16, "picture: expected a whole avif, got a broken one" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct file file = { (unsigned char *)(uintptr_t)cases[i].bytes, cases[i].len };
        struct pictor_task *task = convert(&file, (struct convert){ .format = "png", .quality = -1 });
        CHECK_TEXT(task->reason, cases[i].reason, "%s is refused", cases[i].what);
        module_task_free(task);
    }
}

static void write_big32(unsigned char *to, unsigned value)
{
    for (int i = 0; i < 4; i++)
        to[i] = (unsigned char)(value >> (24 - 8 * i));
}

static unsigned crc_of(const unsigned char *bytes, size_t len)
{
    unsigned crc = ~0u;

    for (size_t i = 0; i < len; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    }
    return ~crc;
}

static double now(void)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

/* A header that claims a huge picture in front of a small one's pixels. */
static void check_ceiling(void)
{
    static const struct { unsigned width, height; long ceiling; const char *reason; } cases[] = {
        { 8001, 8000, 0, "picture: expected at most 64000000 pixels, got 8001x8000" },
        { 30000, 30000, 0, "picture: expected at most 64000000 pixels, got 30000x30000" },
        { 1000000, 1000000, 0, "picture: expected at most 64000000 pixels, got 1000000x1000000" },
        { 16, 16, 255, "picture: expected at most 255 pixels, got 16x16" },
        { 16, 16, 256, "" },
        { 16, 16, 0, "" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct file file = noisy(8, 16, 16, 3, ".png");
        write_big32(file.bytes + 16, cases[i].width);
        write_big32(file.bytes + 20, cases[i].height);
        write_big32(file.bytes + 29, crc_of(file.bytes + 12, 17));
        struct pictor_task *task = module_task_new(module_find_task("image.convert"));
        give_file(task, "picture", &file);
        if (cases[i].ceiling)
            module_task_integer(task, "max_pixels", cases[i].ceiling);
        double before = now();
        module_task_run(task);
        CHECK(now() - before < 1, "ceiling: %ux%u is decided at once", cases[i].width, cases[i].height);
        CHECK_TEXT(task->reason, cases[i].reason, "ceiling: %ux%u", cases[i].width, cases[i].height);
        free(file.bytes);
        module_task_free(task);
    }
}

/* The first bytes of a segment, chunk or box by its name, and n bytes further. */
static unsigned char *find(const struct file *file, const char *name, size_t len, size_t further)
{
    unsigned char *found = memmem(file->bytes, file->len, name, len);

    return found ? found + further : NULL;
}

static long peak_kilobytes(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

/* Headers of the other formats that claim the largest picture that they can. */
static void check_hostile_sizes(void)
{
    static const struct { const char *suffix, *name; size_t name_len, further; const char *size; size_t len; } cases[] = {
        { ".jpg", "\xff\xc0", 2, 5, "\xff\xdc\xff\xdc", 4 },
        { ".jpg[interlace]", "\xff\xc2", 2, 5, "\xff\xdc\xff\xdc", 4 },
        { ".gif", "GIF89a", 6, 6, "\xff\xff\xff\xff", 4 },
        { ".webp[lossless]", "VP8L", 4, 9, "\xff\xff\xff\x0f", 4 },
        { ".webp", "VP8 ", 4, 14, "\xff\x3f\xff\x3f", 4 },
        { ".webp", "VP8X", 4, 12, "\xfe\x3f\0\xfe\x3f\0", 6 },
        { ".avif", "ispe", 4, 8, "\0\0\xff\xff\0\0\xff\xff", 8 },
        { ".png[interlace]", "IHDR", 4, 4, "\0\0\xff\xff\0\0\xff\xff", 8 },
    };
    long before = peak_kilobytes();
    double start = now();

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        VipsImage *image = noise(8, 16, 16, 3);
        if (memcmp(cases[i].name, "VP8X", 4) == 0)
            vips_image_set_blob_copy(image, VIPS_META_XMP_NAME, "<x/>", 4);
        struct file file = saved(image, cases[i].suffix);
        unsigned char *at = find(&file, cases[i].name, cases[i].name_len, cases[i].further);
        if (CHECK(at != NULL, "hostile: %s has a header to lie in", cases[i].suffix))
            memcpy(at, cases[i].size, cases[i].len);
        struct pictor_task *task = convert(&file, (struct convert){ .format = "png", .quality = -1 });
        bool refused = strncmp(task->reason, "picture: expected", 17) == 0;
        CHECK(refused || number_of(task, "width") == 16, "hostile: %s is refused, or not believed: %s", cases[i].suffix,
              task->reason);
        free(file.bytes);
        module_task_free(task);
    }
    CHECK(now() - start < 2 && peak_kilobytes() - before < 64 * 1024, "hostile: all in %.1f s and %ld KB", now() - start,
          peak_kilobytes() - before);
}

/* Whatever is cut off: a picture or a refusal, never a crash. */
static void check_truncated(void)
{
    for (size_t i = 0; i < sizeof readable / sizeof *readable; i++) {
        struct file file = noisy(8, 24, 16, 4, readable[i]);
        size_t refused = 0, unexplained = 0, step = file.len / 300 + 1;
        for (size_t len = 0; len < file.len; len += step) {
            struct file cut = { malloc(len + 1), len };     /* its own memory, so that reading past it is seen */
            cut.bytes = realloc(cut.bytes, len ? len : 1);
            memcpy(cut.bytes, file.bytes, len);
            struct pictor_task *task = convert(&cut, (struct convert){ .format = "png", .quality = -1 });
            refused += task->failed;
            unexplained += task->failed && strstr(task->reason, "picture: expected") != task->reason;
            module_task_free(task);
            free(cut.bytes);
        }
        CHECK(refused * step + 2 * step + 64 >= file.len && unexplained == 0,
              "%s cut short is refused with a reason: %zu of %zu", readable[i], refused, (file.len - 1) / step + 1);
        free(file.bytes);
    }
}

/* Of all that, nothing on stderr: neither libvips nor what it calls may write there. */
static void check_silence(void)
{
    FILE *written = tmpfile();
    int before = dup(STDERR_FILENO);

    dup2(fileno(written), STDERR_FILENO);
    check_not_pictures();
    check_ceiling();
    check_hostile_sizes();
    check_truncated();
    dup2(before, STDERR_FILENO);
    close(before);
    CHECK(lseek(fileno(written), 0, SEEK_END) == 0, "broken pictures are refused without a word on stderr");
    fclose(written);
}

/* ---- image.mask --------------------------------------------------------------------- */

static struct pictor_task *mask(const struct file *file, const char *kind, long width, long height)
{
    struct pictor_task *task = module_task_new(module_find_task("image.mask"));

    give_file(task, "mask", file);
    if (kind)
        module_task_text(task, "kind", kind);
    if (width)
        module_task_integer(task, "width", width);
    if (height)
        module_task_integer(task, "height", height);
    module_task_run(task);
    return task;
}

static const VipsRect hole = { 10, 5, 20, 12 };

static void check_polarity(void)
{
    static const struct { const char *kind; int edit, keep; } cases[] = { { "white", 255, 0 }, { "black", 0, 255 } };
    static const char *const suffixes[] = { ".png", ".webp[lossless]", ".avif[lossless]" };
    static const int arounds[] = { 255, 128, 1 };       /* only what is fully transparent may be edited */

    for (size_t i = 0; i < 2 * 3 * 3; i++) {
        struct file file = mask_with_hole(64, 48, hole, arounds[i / 2 % 3], suffixes[i / 6]);
        struct pictor_task *task = mask(&file, cases[i % 2].kind, 64, 48);
        struct pixels got = pixels_of_result(task);
        size_t wrong = 0;
        for (int at = 0; got.data && at < 64 * 48; at++) {
            bool edit = vips_rect_includespoint(&hole, at % 64, at / 64);
            wrong += got.data[at * got.bands] != (edit ? cases[i % 2].edit : cases[i % 2].keep);
        }
        CHECK(got.data && got.bands == 1 && starts_as(task, "png") && wrong == 0,
              "mask %s of %s, alpha %d around: what is to be edited is %d: %s", cases[i % 2].kind, suffixes[i / 6],
              arounds[i / 2 % 3], cases[i % 2].edit, task->reason);
        free(got.data);
        free(file.bytes);
        module_task_free(task);
    }
}

static void check_alpha_unchanged(void)
{
    struct file png = mask_with_hole(64, 48, hole, 255, ".png"), webp = mask_with_hole(64, 48, hole, 255, ".webp[lossless]");
    struct pictor_task *one = mask(&png, "alpha", 64, 48), *other = mask(&webp, NULL, 64, 48);
    const struct module_value *same = result_of(one, "picture");
    struct pixels before = pixels_of(webp.bytes, webp.len), after = pixels_of_result(other);

    CHECK(same && same->len == png.len && memcmp(same->bytes, png.bytes, png.len) == 0,
          "mask alpha: a png comes back byte by byte");
    CHECK(number_of(one, "width") == 64 && number_of(one, "height") == 48, "mask alpha: its size is reported");
    CHECK(starts_as(other, "png") && same_pixels(&before, &after), "mask alpha, the default: a webp becomes a png");
    free(png.bytes);
    free(webp.bytes);
    free(before.data);
    free(after.data);
    module_task_free(one);
    module_task_free(other);
}

static void check_mask_refused(void)
{
    static const struct {
        const char *what;
        int bands, width, height, around;
        VipsRect hole;
        const char *suffix, *kind;
        long expected_width, expected_height;
        const char *reason;
    } cases[] = {
        { "no alpha", 3, 64, 48, 0, { 0, 0, 0, 0 }, ".png", "white", 64, 48,
          "mask: expected an alpha channel that is 0 where to edit, got a png without one" },
        { "a grey one", 1, 64, 48, 0, { 0, 0, 0, 0 }, ".png", "white", 64, 48,
          "mask: expected an alpha channel that is 0 where to edit, got a png without one" },
        { "a jpeg", 3, 64, 48, 0, { 0, 0, 0, 0 }, ".jpg", "alpha", 64, 48,
          "mask: expected an alpha channel that is 0 where to edit, got a jpeg without one" },
        { "another size", 4, 64, 64, 255, { 1, 1, 9, 9 }, ".png", "white", 640, 480,
          "mask: expected 640x480, the size of the first picture, got 64x64" },
        { "the size turned", 4, 64, 48, 255, { 1, 1, 9, 9 }, ".png", "alpha", 48, 64,
          "mask: expected 48x64, the size of the first picture, got 64x48" },
        { "nothing transparent", 4, 64, 48, 255, { 0, 0, 0, 0 }, ".png", "alpha", 64, 48,
          "mask: expected a fully transparent pixel at least, for something to edit, got none" },
        { "nothing fully transparent", 4, 64, 48, 1, { 0, 0, 0, 0 }, ".png", "white", 64, 48,
          "mask: expected a fully transparent pixel at least, for something to edit, got none" },
        { "another kind", 4, 64, 48, 255, { 1, 1, 9, 9 }, ".png", "grey", 64, 48,
          "kind: expected alpha, white or black, got \"grey\"" },
        { "no size", 4, 64, 48, 255, { 1, 1, 9, 9 }, ".png", "alpha", 0, 0,
          "width: expected the first picture's, got none" },
        { "half a size", 4, 64, 48, 255, { 1, 1, 9, 9 }, ".png", "alpha", 64, 0, "height: expected a number too, got none" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct file file = cases[i].bands == 4
            ? mask_with_hole(cases[i].width, cases[i].height, cases[i].hole, cases[i].around, cases[i].suffix)
            : noisy(1, cases[i].width, cases[i].height, cases[i].bands, cases[i].suffix);
        struct pictor_task *task = mask(&file, cases[i].kind, cases[i].expected_width, cases[i].expected_height);
        CHECK(task->failed && task->result_count == 0, "mask: %s is refused", cases[i].what);
        CHECK_TEXT(task->reason, cases[i].reason, "mask: %s, the reason", cases[i].what);
        free(file.bytes);
        module_task_free(task);
    }
}

/* By the picture itself, as people see it. */
static void check_mask_by_picture(void)
{
    for (int orientation = 1; orientation <= 6; orientation += 5) {
        struct file picture = with_orientation(1, 64, 48, orientation, ".jpg");
        struct file file = mask_with_hole(64, 48, hole, 255, ".png");
        struct pictor_task *task = module_task_new(module_find_task("image.mask"));
        give_file(task, "mask", &file);
        give_file(task, "picture", &picture);
        module_task_run(task);
        CHECK_TEXT(task->reason, orientation == 1 ? "" : "mask: expected 48x64, the size of the first picture, got 64x48",
                   "mask: the size of a first picture with orientation %d", orientation);
        free(picture.bytes);
        free(file.bytes);
        module_task_free(task);
    }
}

/* ---- image.composite ------------------------------------------------------------------ */

struct composite {
    const struct file *edited, *original, *mask;
    long feather;               /* 0: not given */
    const char *format;         /* NULL: not given */
};

static struct pictor_task *composite(struct composite wanted)
{
    struct pictor_task *task = module_task_new(module_find_task("image.composite"));

    give_file(task, "edited", wanted.edited);
    give_file(task, "original", wanted.original);
    give_file(task, "mask", wanted.mask);
    if (wanted.feather)
        module_task_integer(task, "feather", wanted.feather);
    if (wanted.format)
        module_task_text(task, "format", wanted.format);
    module_task_run(task);
    return task;
}

struct differences {
    size_t outside, inside, not_edited;     /* from the original; and inside, from the edited one */
};

/* The colours of a pixel with n bands: grey counts three times. */
static int channel(const struct pixels *pixels, int x, int y, int c)
{
    const unsigned char *p = pixel(pixels, x, y);

    if (c == 3)
        return pixels->bands % 2 == 0 ? p[pixels->bands - 1] : 255;
    return p[pixels->bands < 3 ? 0 : c];
}

static bool same_at(const struct pixels *a, const struct pixels *b, int x, int y)
{
    for (int c = 0; c < 4; c++) {
        if (channel(a, x, y, c) != channel(b, x, y, c))
            return false;
    }
    return true;
}

static struct differences compare(const struct pixels *got, const struct pixels *original, const struct pixels *edited)
{
    struct differences differences = { 0, 0, 0 };

    for (int y = 0; y < got->height; y++) {
        for (int x = 0; x < got->width; x++) {
            bool inside = vips_rect_includespoint(&hole, x, y);
            *(inside ? &differences.inside : &differences.outside) += !same_at(got, original, x, y);
            differences.not_edited += inside && edited->data && !same_at(got, edited, x, y);
        }
    }
    return differences;
}

static void check_edit(const char *original_suffix, int original_bands, int edited_bands, long feather)
{
    struct file original = noisy(11, 64, 48, original_bands, original_suffix);
    struct file edited = noisy(12, 64, 48, edited_bands, ".png"), cut = mask_with_hole(64, 48, hole, 255, ".png");
    struct pictor_task *task = composite((struct composite){ &edited, &original, &cut, feather, NULL });
    struct pixels got = pixels_of_result(task), before = pixels_of(original.bytes, original.len);
    struct pixels after = pixels_of(edited.bytes, edited.len);
    struct differences differences = { 1, 0, 1 };

    if (got.data && got.width == 64 && got.height == 48)
        differences = compare(&got, &before, &after);
    CHECK(differences.outside == 0, "edit of %s, %d and %d bands, feather %ld: zero pixels outside differ, %zu do: %s",
          original_suffix, original_bands, edited_bands, feather, differences.outside, task->reason);
    CHECK(differences.inside > 0 && (feather || differences.not_edited == 0),
          "edit of %s, %d and %d bands, feather %ld: inside it is the edited picture", original_suffix, original_bands,
          edited_bands, feather);
    free(got.data);
    free(before.data);
    free(after.data);
    free(original.bytes);
    free(edited.bytes);
    free(cut.bytes);
    module_task_free(task);
}

static void check_edits(void)
{
    static const long feathers[] = { 0, 1, 4, 1000 };
    static const char *const suffixes[] = { ".png", ".jpg", ".webp", ".gif", ".avif" };

    for (size_t f = 0; f < 4; f++) {
        for (int bands = 1; bands <= 4; bands++) {
            check_edit(".png", bands, 3, feathers[f]);
            check_edit(".png", bands, 4, feathers[f]);
        }
        for (size_t s = 0; s < 5; s++)
            check_edit(suffixes[s], 3, 3, feathers[f]);
    }
}

/* White over black: what is left is the weight itself. */
static void check_feather(void)
{
    static const VipsRect bands[] = { { 10, 0, 20, 40 }, { 10, 8, 20, 40 } };  /* up to one edge, which protects nothing */
    static const struct { long feather; int x, y, weight, band; } cases[] = {
        { 0, 10, 0, 255, 0 }, { 0, 9, 0, 0, 0 },
        { 4, 9, 0, 0, 0 }, { 4, 10, 0, 51, 0 }, { 4, 11, 0, 102, 0 }, { 4, 13, 0, 204, 0 }, { 4, 14, 0, 255, 0 }, { 4, 25, 0, 255, 0 },
        { 4, 26, 0, 204, 0 }, { 4, 29, 0, 51, 0 }, { 4, 30, 0, 0, 0 },
        { 4, 20, 39, 51, 0 }, { 4, 20, 38, 102, 0 }, { 4, 20, 36, 204, 0 }, { 4, 20, 35, 255, 0 }, { 4, 20, 40, 0, 0 },
        { 4, 20, 8, 51, 1 }, { 4, 20, 9, 102, 1 }, { 4, 20, 12, 255, 1 }, { 4, 20, 7, 0, 1 }, { 4, 20, 47, 255, 1 },
        { 4, 11, 38, 102, 0 },             /* two steps from the side and two from below are nearer than from the corner */
    };
    VipsImage *dark = noise(1, 64, 48, 3), *light = noise(1, 64, 48, 3);

    memset(texel(dark, 0, 0), 0, 64 * 48 * 3);
    memset(texel(light, 0, 0), 255, 64 * 48 * 3);
    struct file original = saved(dark, ".png"), edited = saved(light, ".png");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct file cut = mask_with_hole(64, 48, bands[cases[i].band], 9, ".png");
        struct pictor_task *task = composite((struct composite){ &edited, &original, &cut, cases[i].feather, "png" });
        struct pixels got = pixels_of_result(task);
        int there = got.data ? pixel(&got, cases[i].x, cases[i].y)[1] : -1;
        CHECK(there == cases[i].weight, "feather %ld: pixel %d,%d has %d of 255, got %d", cases[i].feather, cases[i].x,
              cases[i].y, cases[i].weight, there);
        free(got.data);
        free(cut.bytes);
        module_task_free(task);
    }
    free(original.bytes);
    free(edited.bytes);
}

/* A model answers in its own size. */
static void check_edited_is_fitted(void)
{
    static const struct { int width, height; } sizes[] = { { 128, 96 }, { 16, 12 }, { 70, 48 }, { 1, 1 }, { 1000, 1000 } };
    struct file original = noisy(11, 64, 48, 3, ".png"), cut = mask_with_hole(64, 48, hole, 255, ".png");
    struct pixels before = pixels_of(original.bytes, original.len), nothing = { 0, 0, 0, NULL };

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct file edited = noisy(12, sizes[i].width, sizes[i].height, 3, ".jpg");
        struct pictor_task *task = composite((struct composite){ &edited, &original, &cut, 0, "png" });
        struct pixels got = pixels_of_result(task);
        struct differences differences = { 1, 0, 0 };
        if (got.data && got.width == 64 && got.height == 48)
            differences = compare(&got, &before, &nothing);
        CHECK(differences.outside == 0 && differences.inside > 200, "an edited picture of %dx%d is fitted: %s",
              sizes[i].width, sizes[i].height, task->reason);
        free(got.data);
        free(edited.bytes);
        module_task_free(task);
    }
    free(before.data);
    free(original.bytes);
    free(cut.bytes);
}

/* Protected pixels keep their numbers, and so the profile that explains them. */
static void check_composite_profile(void)
{
    struct file original = with_profile(13, "p3", ".png"), edited = noisy(12, 40, 24, 3, ".png");
    VipsRect small = { 3, 3, 8, 8 };
    struct file cut = mask_with_hole(40, 24, small, 255, ".png");
    struct pictor_task *task = composite((struct composite){ &edited, &original, &cut, 0, "png" });
    struct pixels got = pixels_of_result(task), before = pixels_of(original.bytes, original.len);
    size_t differ = 0;

    for (int i = 0; got.data && i < 40 * 24; i++)
        differ += !vips_rect_includespoint(&small, i % 40, i / 40) && !same_at(&got, &before, i % 40, i / 40);
    CHECK(got.data && differ == 0, "composite: numbers under a profile stay");
    CHECK(carries(task, VIPS_META_ICC_NAME), "composite: so does the profile");
    CHECK(!carries(task, VIPS_META_XMP_NAME) && !carries(task, "png-comment-0-Comment"), "composite: nothing else does");
    free(got.data);
    free(before.data);
    free(original.bytes);
    free(edited.bytes);
    free(cut.bytes);
    module_task_free(task);
}

static void check_composite_orientation(void)
{
    for (int orientation = 1; orientation <= 8; orientation++) {
        bool turned = orientation >= 5;
        struct file original = with_orientation(14, turned ? 48 : 64, turned ? 64 : 48, orientation, ".jpg");
        struct file edited = noisy(12, 64, 48, 3, ".png"), cut = mask_with_hole(64, 48, hole, 255, ".png");
        struct pictor_task *upright = convert(&original, (struct convert){ .format = "png", .quality = -1 });
        struct pictor_task *task = composite((struct composite){ &edited, &original, &cut, 0, "png" });
        struct pixels got = pixels_of_result(task), before = pixels_of_result(upright), after = pixels_of(edited.bytes, edited.len);
        struct differences differences = { 1, 0, 1 };
        if (got.data && got.width == 64 && got.height == 48)
            differences = compare(&got, &before, &after);
        CHECK(differences.outside == 0 && differences.not_edited == 0, "composite: orientation %d is applied before: %s",
              orientation, task->reason);
        free(got.data);
        free(before.data);
        free(after.data);
        free(original.bytes);
        free(edited.bytes);
        free(cut.bytes);
        module_task_free(upright);
        module_task_free(task);
    }
}

static void check_composite_refused(void)
{
    struct file good = noisy(11, 64, 48, 3, ".png"), bad = { (unsigned char *)(uintptr_t)"GIF89a", 6 };
    struct file cut = mask_with_hole(64, 48, hole, 255, ".png"), small = mask_with_hole(32, 24, hole, 255, ".png");
    const struct {
        struct composite wanted;
        const char *reason;
    } cases[] = {
        { { &bad, &good, &cut, 0, NULL }, "edited: expected a whole gif, got a broken one" },
        { { &good, &bad, &cut, 0, NULL }, "original: expected a whole gif, got a broken one" },
        { { &good, &good, &bad, 0, NULL }, "mask: expected a whole gif, got a broken one" },
        { { &good, &good, &good, 0, NULL }, "mask: expected an alpha channel that is 0 where to edit, got a png without one" },
        { { &good, &good, &small, 0, NULL }, "mask: expected 64x48, the size of the first picture, got 32x24" },
        { { &good, &good, &cut, -1, NULL }, "feather: expected 0 to 1000, got -1" },
        { { &good, &good, &cut, 1001, NULL }, "feather: expected 0 to 1000, got 1001" },
        { { &good, &good, &cut, 0, "avif" }, "format: expected png, jpeg or webp, got \"avif\"" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pictor_task *task = composite(cases[i].wanted);
        CHECK(task->failed && task->result_count == 0, "composite: refused, case %zu", i);
        CHECK_TEXT(task->reason, cases[i].reason, "composite: the reason of case %zu", i);
        module_task_free(task);
    }
    free(good.bytes);
    free(cut.bytes);
    free(small.bytes);
}

/* The library is this process's: what a task made of it can be seen from here. */
static void check_library(void)
{
    static char svg[] = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>";
    VipsImage *image = NULL;

    CHECK(vips_svgload_buffer(svg, sizeof svg - 1, &image, NULL) != 0 && strstr(vips_error_buffer(), "blocked"),
          "loaders that libvips calls untrusted are blocked: %s", vips_error_buffer());
    CHECK(vips_cache_get_max() == 0, "nothing is cached");
    CHECK(vips_concurrency_get() == 1, "an operation has one thread");
    vips_error_clear();
}

/* ---- all at once ---------------------------------------------------------------------- */

enum { THREADS = 8, ROUNDS = 12, SMALL_STACK = 512 * 1024 };     /* as small as the server's */

struct crowd {
    const struct file *original, *edited, *cut;
    const struct pixels *expected;
    int wrong;
};

static void *work_in_crowd(void *context)
{
    struct crowd *crowd = context;

    for (int i = 0; i < ROUNDS; i++) {
        struct pictor_task *task = composite((struct composite){ crowd->edited, crowd->original, crowd->cut, 3, "png" });
        struct pixels got = pixels_of_result(task);
        struct pictor_task *webp = convert(crowd->original, (struct convert){ "webp", "pad", 50 + i, 31, 80 });
        crowd->wrong += !same_pixels(&got, crowd->expected) || number_of(webp, "width") != 50 + i;
        free(got.data);
        module_task_free(task);
        module_task_free(webp);
    }
    return NULL;
}

static void check_threads(void)
{
    struct file original = noisy(11, 64, 48, 4, ".png"), edited = noisy(12, 80, 60, 3, ".avif");
    struct file cut = mask_with_hole(64, 48, hole, 255, ".png");
    struct pictor_task *alone = composite((struct composite){ &edited, &original, &cut, 3, "png" });
    struct pixels expected = pixels_of_result(alone);
    struct crowd crowds[THREADS];
    pthread_t threads[THREADS];
    pthread_attr_t small;

    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, SMALL_STACK);
    for (int i = 0; i < THREADS; i++) {
        crowds[i] = (struct crowd){ &original, &edited, &cut, &expected, 0 };
        pthread_create(&threads[i], &small, work_in_crowd, &crowds[i]);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        CHECK(crowds[i].wrong == 0, "thread %d works among others as it would alone", i);
    }
    pthread_attr_destroy(&small);
    free(expected.data);
    free(original.bytes);
    free(edited.bytes);
    free(cut.bytes);
    module_task_free(alone);
}

int main(void)
{
    VIPS_INIT("image_test");
    if (!CHECK(module_find_task("image.convert") != NULL, "image.convert is built in"))
        return check_finish();
    check_formats();
    check_own_format();
    check_lossless();
    check_sizes();
    check_crop_is_centred();
    check_bars();
    check_quality();
    check_flattened();
    check_no_bleeding();
    check_orientation();
    check_metadata_dropped();
    check_profile();
    check_convert_refused();
    check_types_refused();
    check_silence();
    check_polarity();
    check_alpha_unchanged();
    check_mask_refused();
    check_mask_by_picture();
    check_edits();
    check_feather();
    check_edited_is_fitted();
    check_composite_profile();
    check_composite_orientation();
    check_composite_refused();
    check_library();
    check_threads();
    check_nothing_left();
    vips_shutdown();
    return check_finish();
}
