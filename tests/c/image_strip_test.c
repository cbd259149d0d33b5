/* image_strip_test.c - does image.strip take away what a picture tells, and nothing that it shows?
 *
 * Pictures are laced with a word in every place where metadata can hide; afterwards
 * the word must be gone, and every pixel be as it was.
 * SPDX-License-Identifier: MIT */
#include "image_pictures.h"
#include "random.h"

static const char SECRET[] = "52.5200N13.4050E";

static struct pictor_task *strip(const struct file *file)
{
    struct pictor_task *task = module_task_new(module_find_task("image.strip"));

    give_file(task, "picture", file);
    module_task_run(task);
    return task;
}

/* ---- lacing --------------------------------------------------------------------------- */

/* Takes the file. */
static struct file insert(struct file file, size_t at, const void *bytes, size_t len)
{
    struct file longer = { malloc(file.len + len), file.len + len };

    memcpy(longer.bytes, file.bytes, at);
    memcpy(longer.bytes + at, bytes, len);
    memcpy(longer.bytes + at + len, file.bytes + at, file.len - at);
    free(file.bytes);
    return longer;
}

static struct file append(struct file file, const void *bytes, size_t len) { return insert(file, file.len, bytes, len); }

enum { EXIF = 8 + 2 + 2 * 12 + 4 + sizeof SECRET };

static void number(unsigned char *to, bool big, unsigned value, int n)
{
    for (int i = 0; i < n; i++)
        to[i] = (unsigned char)(value >> 8 * (big ? n - 1 - i : i));
}

/* An image description with the secret, and an orientation. */
static void write_exif(unsigned char exif[EXIF], bool big, int orientation)
{
    static const struct { unsigned tag, type, count; } entries[] = { { 0x010e, 2, sizeof SECRET }, { 0x0112, 3, 1 } };

    memset(exif, 0, EXIF);
    memcpy(exif, big ? "MM\0*" : "II*\0", 4);
    number(exif + 4, big, 8, 4);
    number(exif + 8, big, 2, 2);
    for (int i = 0; i < 2; i++) {
        unsigned char *entry = exif + 10 + 12 * i;
        number(entry, big, entries[i].tag, 2);
        number(entry + 2, big, entries[i].type, 2);
        number(entry + 4, big, entries[i].count, 4);
    }
    number(exif + 10 + 8, big, EXIF - sizeof SECRET, 4);
    number(exif + 10 + 12 + 8, big, (unsigned)orientation, 2);
    memcpy(exif + EXIF - sizeof SECRET, SECRET, sizeof SECRET);
}

static struct file insert_segment(struct file file, size_t at, int marker, const char *name, size_t name_len,
                                  const void *body, size_t len)
{
    unsigned char segment[256] = { 0xff, (unsigned char)marker };

    number(segment + 2, true, (unsigned)(2 + name_len + len), 2);
    memcpy(segment + 4, name, name_len);
    memcpy(segment + 4 + name_len, body, len);
    return insert(file, at, segment, 4 + name_len + len);
}

static struct file laced_jpeg(bool big, int orientation, const char *suffix)
{
    unsigned char exif[EXIF], jfif[9 + sizeof SECRET + 1] = { 1, 1, 0, 0, 1, 0, 1, 2, 3 };   /* a thumbnail of 2x3 */
    struct file file = noisy(21, 32, 24, 3, suffix), inner = noisy(22, 8, 8, 3, ".jpg");

    write_exif(exif, big, orientation);
    memcpy(jfif + 9, SECRET, sizeof SECRET);
    file = insert_segment(file, 2, 0xe1, "Exif\0", 6, exif, EXIF);
    file = insert_segment(file, 2, 0xe1, "http://ns.adobe.com/xap/1.0/", 29, SECRET, sizeof SECRET);
    file = insert_segment(file, 2, 0xed, "Photoshop 3.0", 14, SECRET, sizeof SECRET);
    file = insert_segment(file, 2, 0xe2, "MPF", 4, SECRET, sizeof SECRET);
    file = insert_segment(file, 2, 0xeb, "JP\0\0", 4, SECRET, sizeof SECRET);
    file = insert_segment(file, 2, 0xfe, "", 0, SECRET, sizeof SECRET);
    file = insert_segment(file, 2, 0xe0, "JFXX", 5, SECRET, sizeof SECRET);
    file = insert_segment(file, 2, 0xe0, "JFIF", 5, jfif, sizeof jfif);
    file = insert_segment(file, file.len - 2, 0xfe, "", 0, SECRET, sizeof SECRET);     /* between scan and end */
    file = append(file, inner.bytes, inner.len);
    free(inner.bytes);
    return append(file, SECRET, sizeof SECRET);
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

static struct file insert_chunk(struct file file, size_t at, const char *name, const void *body, size_t len)
{
    unsigned char chunk[256];

    number(chunk, true, (unsigned)len, 4);
    memcpy(chunk + 4, name, 4);
    memcpy(chunk + 8, body, len);
    number(chunk + 8 + len, true, crc_of(chunk + 4, 4 + len), 4);
    return insert(file, at, chunk, 12 + len);
}

static struct file laced_png(bool big, int orientation, const char *suffix)
{
    enum { BEHIND_IHDR = 33 };
    static const char *const names[] = { "tEXt", "zTXt", "iTXt", "tIME", "caBX", "prVt" };
    unsigned char exif[EXIF];
    struct file file = noisy(21, 32, 24, 4, suffix);

    write_exif(exif, big, orientation);
    file = insert_chunk(file, BEHIND_IHDR, "eXIf", exif, EXIF);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        file = insert_chunk(file, BEHIND_IHDR, names[i], SECRET, sizeof SECRET);
        file = insert_chunk(file, file.len - 12, names[i], SECRET, sizeof SECRET);
    }
    return append(file, SECRET, sizeof SECRET);
}

static struct file append_riff(struct file file, const char *name, const void *body, size_t len)
{
    unsigned char chunk[256] = { 0 };

    memcpy(chunk, name, 4);
    number(chunk + 4, false, (unsigned)len, 4);
    memcpy(chunk + 8, body, len);
    file = append(file, chunk, 8 + len + len % 2);
    number(file.bytes + 4, false, (unsigned)file.len - 8, 4);
    return file;
}

static struct file laced_webp(bool big, int orientation, const char *suffix)
{
    unsigned char exif[EXIF];
    VipsImage *image = noise(21, 32, 24, 4);

    vips_image_set_blob_copy(image, VIPS_META_XMP_NAME, SECRET, sizeof SECRET);
    struct file file = saved(image, suffix);
    for (size_t at = 12; at < file.len; at += 8 + (file.bytes[at + 4] | (size_t)file.bytes[at + 5] << 8)) {
        at += at % 2;
        if (memcmp(file.bytes + at, "EXIF", 4) == 0)
            memcpy(file.bytes + at, "exif", 4);     /* the one that libvips makes up */
    }
    write_exif(exif, big, orientation);
    file.bytes[20] |= 0x08;
    file = append_riff(file, "EXIF", exif, EXIF);
    file = append_riff(file, "what", SECRET, sizeof SECRET);
    return append(file, SECRET, sizeof SECRET);
}

static struct file laced_gif(bool big, int orientation, const char *suffix)
{
    static const char comment[] = "\x21\xfe\x11", xmp[] = "\x21\xff\x0bXMP DataXMP\x11", text[] = "\x21\x01\x11";
    static const char loop[] = "\x21\xff\x0bNETSCAPE2.0\x03\x01\x05\x00";
    struct file file = noisy(21, 32, 24, 3, suffix);
    size_t at = 13 + ((size_t)3 << ((file.bytes[10] & 7) + 1)) * (file.bytes[10] >> 7);
    const struct { const char *start; size_t len; } blocks[] = {
        { comment, 3 }, { xmp, sizeof xmp - 1 }, { text, 3 },
    };

    (void)big;
    (void)orientation;
    for (size_t i = 0; i < 3; i++) {
        file = insert(file, at, SECRET, sizeof SECRET);     /* a sub-block of 17, with its NUL */
        file = insert(file, at + sizeof SECRET, "", 1);
        file = insert(file, at, blocks[i].start, blocks[i].len);
    }
    file = insert(file, at, loop, sizeof loop);
    return append(file, SECRET, sizeof SECRET);
}

static const struct {
    const char *suffix;
    struct file (*laced)(bool big, int orientation, const char *suffix);
    bool turns;             /* the format has an orientation */
} formats[] = {
    { ".jpg", laced_jpeg, true },   { ".jpg[interlace]", laced_jpeg, true },    { ".png", laced_png, true },
    { ".png[interlace]", laced_png, true },                                     { ".webp", laced_webp, true },
    { ".webp[lossless]", laced_webp, true },                                    { ".gif", laced_gif, false },
};

enum { FORMATS = sizeof formats / sizeof *formats };

/* ---- claims --------------------------------------------------------------------------- */

static bool tells(const unsigned char *bytes, size_t len) { return memmem(bytes, len, SECRET, sizeof SECRET - 1) != NULL; }

static void check_laced(size_t f, bool big, int orientation)
{
    const char *name = formats[f].suffix;
    struct file file = formats[f].laced(big, orientation, name);
    struct pictor_task *task = strip(&file);
    const struct module_value *got = result_of(task, "picture");

    if (!CHECK(got && tells(file.bytes, file.len), "%s, orientation %d: laced, and stripped: %s", name, orientation,
               task->reason)) {
        free(file.bytes);
        module_task_free(task);
        return;
    }
    struct pixels before = pixels_of(file.bytes, file.len), after = pixels_of(got->bytes, got->len);
    CHECK(!tells(got->bytes, got->len), "%s: the secret is gone", name);
    CHECK(same_pixels(&before, &after), "%s: no pixel changed", name);
    CHECK(number_of(task, "removed") == (long)(file.len - got->len), "%s: %ld bytes removed", name,
          number_of(task, "removed"));
    CHECK(number_of(task, "orientation") == (formats[f].turns ? orientation : 1), "%s: orientation %d is reported: %ld",
          name, orientation, number_of(task, "orientation"));
    struct file once = { got->bytes, got->len };
    struct pictor_task *again = strip(&once);
    const struct module_value *second = result_of(again, "picture");
    CHECK(second && second->len == got->len && memcmp(second->bytes, got->bytes, got->len) == 0
              && number_of(again, "removed") == 0 && number_of(again, "orientation") == number_of(task, "orientation"),
          "%s: stripped twice is stripped once", name);
    free(before.data);
    free(after.data);
    free(file.bytes);
    module_task_free(task);
    module_task_free(again);
}

static void check_all_laced(void)
{
    for (size_t f = 0; f < FORMATS; f++) {
        for (int orientation = 1; orientation <= 8; orientation++)
            check_laced(f, orientation % 2 == 0, orientation);
    }
}

/* Others must see the orientation too; libvips reads that of JPEG and WebP. */
static void check_orientation_is_seen(void)
{
    for (size_t f = 0; f < FORMATS; f++) {
        if (!formats[f].turns || strstr(formats[f].suffix, "png"))
            continue;
        struct file file = formats[f].laced(false, 6, formats[f].suffix);
        struct pictor_task *task = strip(&file);
        const struct module_value *got = result_of(task, "picture");
        VipsImage *image = got ? vips_image_new_from_buffer(got->bytes, got->len, "", NULL) : NULL;
        CHECK(image && vips_image_get_orientation(image) == 6, "%s: others see the orientation", formats[f].suffix);
        if (image)
            g_object_unref(image);
        free(file.bytes);
        module_task_free(task);
    }
}

static void check_png_orientation_is_written(void)
{
    static const unsigned char exif[] = "\0\0\0\x1a" "eXIfMM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    struct file file = laced_png(false, 6, ".png");
    struct pictor_task *task = strip(&file);
    const struct module_value *got = result_of(task, "picture");
    unsigned char *chunk = got ? memmem(got->bytes, got->len, exif, 8 + 26) : NULL;
    unsigned char sum[4] = { 0 };

    if (CHECK(chunk != NULL, "png: an eXIf with nothing but the orientation")) {
        number(sum, true, crc_of(chunk + 4, 4 + 26), 4);
        CHECK(memcmp(chunk + 8 + 26, sum, 4) == 0, "png: its check sum is right");
    }
    free(file.bytes);
    module_task_free(task);
}

/* What is needed to show the picture as it was meant. */
static void check_kept(void)
{
    static const char *const suffixes[] = { ".jpg", ".png", ".webp" };

    for (size_t s = 0; s < 3; s++) {
        VipsImage *image = noise(23, 16, 16, 3), *out = NULL;
        vips_icc_transform(image, &out, "p3", "input_profile", "srgb", "depth", 8, NULL);
        g_object_unref(image);
        struct file file = saved(out, suffixes[s]);
        if (s == 0)
            file = insert_segment(file, 2, 0xee, "Adobe", 5, "\0\x64\0\0\0\0\x01", 7);
        struct pictor_task *task = strip(&file);
        const struct module_value *got = result_of(task, "picture");
        VipsImage *back = got ? vips_image_new_from_buffer(got->bytes, got->len, "", NULL) : NULL;
        CHECK(back && vips_image_get_typeof(back, VIPS_META_ICC_NAME), "%s keeps its profile", suffixes[s]);
        CHECK(s != 0 || (got && memmem(got->bytes, got->len, "Adobe\0\x64", 7)), "%s keeps what Adobe says of colours",
              suffixes[s]);
        if (back)
            g_object_unref(back);
        free(file.bytes);
        module_task_free(task);
    }
}

static void check_flags_of_webp(void)
{
    for (int orientation = 1; orientation <= 6; orientation += 5) {
        struct file file = laced_webp(false, orientation, ".webp");
        struct pictor_task *task = strip(&file);
        const struct module_value *got = result_of(task, "picture");
        int flags = got ? got->bytes[20] : -1;
        CHECK((flags & 0x0c) == (orientation == 1 ? 0 : 0x08), "webp, orientation %d: flags say what is left: %02x",
              orientation, (unsigned)flags);
        CHECK((flags & 0x10) != 0, "webp: the flag of alpha stays");
        CHECK(got && (got->bytes[4] | (size_t)got->bytes[5] << 8) == got->len - 8, "webp: the file's size is right");
        free(file.bytes);
        module_task_free(task);
    }
}

/* Some writers put JPEG's prefix before the EXIF of a WebP. */
static void check_prefix_of_webp(void)
{
    unsigned char exif[6 + EXIF] = "Exif\0";
    VipsImage *image = noise(21, 32, 24, 4);

    write_exif(exif + 6, false, 6);
    vips_image_set_blob_copy(image, VIPS_META_EXIF_NAME, exif, sizeof exif);
    struct file file = saved(image, ".webp");
    struct pictor_task *task = strip(&file);
    CHECK(memmem(file.bytes, file.len, "Exif\0\0", 6) && number_of(task, "orientation") == 6,
          "webp: an EXIF with a prefix is read as well");
    free(file.bytes);
    module_task_free(task);
}

static void check_loop_of_gif(void)
{
    struct file file = laced_gif(false, 1, ".gif");
    struct pictor_task *task = strip(&file);
    const struct module_value *got = result_of(task, "picture");

    CHECK(got && memmem(got->bytes, got->len, "NETSCAPE2.0\x03\x01\x05", 14), "gif: how often it repeats stays");
    free(file.bytes);
    module_task_free(task);
}

/* An orientation that is none, and EXIF that points anywhere. */
static void check_odd_exif(void)
{
    static const struct { const char *what; size_t at, len; const char *bytes; int orientation; } cases[] = {
        { "as it should be", 0, 0, "", 6 },
        { "orientation 0", 10 + 12 + 8, 2, "\0\0", 1 },
        { "orientation 9", 10 + 12 + 8, 2, "\x09\0", 1 },
        { "orientation 262", 10 + 12 + 8, 2, "\x06\x01", 1 },
        { "orientation as LONG", 10 + 12 + 2, 2, "\x04\0", 1 },
        { "no TIFF", 0, 2, "XX", 1 },
        { "big and little mixed", 0, 2, "MM", 1 },
        { "folder behind the end", 4, 4, "\xff\xff\xff\x7f", 1 },
        { "folder far behind the end", 4, 4, "\xff\xff\xff\xff", 1 },
        { "65535 entries", 8, 2, "\xff\xff", 6 },
        { "65535 entries, none an orientation", 10 + 12, 2, "\x13\x01", 1 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned char exif[EXIF];
        write_exif(exif, false, 6);
        memcpy(exif + cases[i].at, cases[i].bytes, cases[i].len);
        struct file file = insert_segment(noisy(1, 16, 16, 3, ".jpg[strip]"), 2, 0xe1, "Exif\0", 6, exif, EXIF);
        struct pictor_task *task = strip(&file);
        CHECK(number_of(task, "orientation") == cases[i].orientation, "exif: %s: orientation %ld", cases[i].what,
              number_of(task, "orientation"));
        free(file.bytes);
        module_task_free(task);
    }
}

static void check_refused(void)
{
    static const struct { const char *what, *bytes; size_t len; const char *reason; } cases[] = {
        { "nothing", "", 0, "picture: expected png, jpeg, webp or gif, got something else" },
        { "text", "hello", 5, "picture: expected png, jpeg, webp or gif, got something else" },
        { "avif", "\0\0\0\x10" "ftypavif\0\0\0\0", 16, "picture: expected png, jpeg, webp or gif, got avif" },
        { "half a png", "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", 16, "picture: expected a whole png, got a broken one" },
        { "a chunk of 4 GB", "\x89PNG\r\n\x1a\n\xff\xff\xff\xffIHDR\0\0\0\0\0", 21,
          "picture: expected a whole png, got a broken one" },
        { "a jpeg without a scan", "\xff\xd8\xff\xd9", 4, "picture: expected a whole jpeg, got a broken one" },
        { "a jpeg segment of 1 byte", "\xff\xd8\xff\xe1\0\x01\xff\xd9", 8, "picture: expected a whole jpeg, got a broken one" },
        { "half a webp", "RIFF\x08\0\0\0WEBPVP8 ", 16, "picture: expected a whole webp, got a broken one" },
        { "a riff of 4 GB", "RIFF\xff\xff\xff\xffWEBPVP8 \0\0\0\0", 20, "picture: expected a whole webp, got a broken one" },
        { "a webp chunk of 3 bytes", "RIFF\x0f\0\0\0WEBPVP8 \0\0\0\0abc", 23, "picture: expected a whole webp, got a broken one" },
        { "half a gif", "GIF89a\1\0\1\0\xf7\0\0", 13, "picture: expected a whole gif, got a broken one" },
    };
    struct pictor_task *none = module_task_new(module_find_task("image.strip"));

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct file file = { (unsigned char *)(uintptr_t)cases[i].bytes, cases[i].len };
        struct pictor_task *task = strip(&file);
        CHECK_TEXT(task->reason, cases[i].reason, "%s is refused", cases[i].what);
        CHECK(task->result_count == 0, "%s: nothing is given", cases[i].what);
        module_task_free(task);
    }
    module_task_run(none);
    CHECK_TEXT(none->reason, "picture: expected a picture, got none", "no picture is refused");
    module_task_free(none);
}

/* ---- hostile files ---------------------------------------------------------------------- */

/* In memory of its own size, so that a sanitizer sees who reads past it. True: refused
 * with a reason, or given and no longer than it was. */
static bool survives(const unsigned char *bytes, size_t len)
{
    struct file file = { malloc(len ? len : 1), len };

    memcpy(file.bytes, bytes, len);
    struct pictor_task *task = strip(&file);
    const struct module_value *got = result_of(task, "picture");
    bool good = task->failed ? strncmp(task->reason, "picture: expected", 17) == 0 && !got : got && got->len <= len;
    free(file.bytes);
    module_task_free(task);
    return good;
}

static void check_truncated(void)
{
    for (size_t f = 0; f < FORMATS; f++) {
        struct file file = formats[f].laced(true, 6, formats[f].suffix);
        size_t bad = 0;
        for (size_t len = 0; len < file.len; len++)
            bad += !survives(file.bytes, len);
        CHECK(bad == 0, "%s: each of %zu beginnings is stripped or refused", formats[f].suffix, file.len);
        free(file.bytes);
    }
}

static void check_damaged(void)
{
    enum { ROUNDS = 4000 };

    for (size_t f = 0; f < FORMATS; f++) {
        struct file file = formats[f].laced(true, 6, formats[f].suffix);
        size_t bad = 0;
        for (int round = 0; round < ROUNDS; round++) {
            size_t at = random_below((uint32_t)file.len);
            unsigned char was = file.bytes[at];
            file.bytes[at] = (unsigned char)random_below(256);
            bad += !survives(file.bytes, file.len);
            file.bytes[at] = was;
        }
        CHECK(bad == 0, "%s: each of %d damaged ones is stripped or refused", formats[f].suffix, ROUNDS);
        free(file.bytes);
    }
}

/* libvips warns of texts in PNG that are none. */
static void say_nothing(const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer context)
{
    (void)domain;
    (void)level;
    (void)message;
    (void)context;
}

int main(void)
{
    VIPS_INIT("image_strip_test");
    g_log_set_default_handler(say_nothing, NULL);
    if (!CHECK(module_find_task("image.strip") != NULL, "image.strip is built in"))
        return check_finish();
    check_all_laced();
    check_orientation_is_seen();
    check_png_orientation_is_written();
    check_kept();
    check_flags_of_webp();
    check_prefix_of_webp();
    check_loop_of_gif();
    check_odd_exif();
    check_refused();
    check_truncated();
    check_damaged();
    check_nothing_left();
    vips_shutdown();
    return check_finish();
}
