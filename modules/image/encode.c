/* encode.c - PNG, JPEG and WebP, by libvips.
 * SPDX-License-Identifier: MIT */
#include "encode.h"

#include "colour.h"
#include "strip.h"

/* Most pixels a side. */
static const int most[] = { [FORMAT_PNG] = 1 << 20, [FORMAT_JPEG] = 65535, [FORMAT_WEBP] = 16383 };

/* For what has no alpha. */
static VipsImage *on_white(struct work *work, VipsImage *image)
{
    VipsImage **out = work_room(work);

    if (!vips.image_hasalpha(image))
        return image;
    VipsArrayDouble *white = vips.array_double_newv(1, 255.0);
    int result = vips.flatten(image, out, "background", white, NULL);
    vips.area_unref(VIPS_AREA(white));
    return work_done(result, out);
}

/* PNG: choosing a filter for each row and then compressing lightly is as fast as
 * compressing hard without, and gives files of two thirds the size. */
static int save(VipsImage *image, enum format format, int quality, void **bytes, size_t *len)
{
    gboolean strip = !colour_has_profile(image);

    switch (format) {
    case FORMAT_JPEG:
        return vips.jpegsave_buffer(image, bytes, len, "Q", quality > 0 ? quality : 1, "optimize_coding", TRUE,
                                    "strip", strip, NULL);
    case FORMAT_WEBP:
        return vips.webpsave_buffer(image, bytes, len, "Q", quality, "strip", strip, NULL);
    default:
        return vips.pngsave_buffer(image, bytes, len, "compression", 3, "filter", VIPS_FOREIGN_PNG_FILTER_ALL, "strip",
                                   strip, NULL);
    }
}

/* libvips makes up an EXIF of its own, for WebP even if it is told not to. */
static bool save_bare(VipsImage *image, enum format format, int quality, struct strip *strip)
{
    void *bytes = NULL;
    size_t len = 0;
    bool good = save(image, format, quality, &bytes, &len) == 0 && strip_picture(strip, format, bytes, len);

    vips.g_free(bytes);
    return good;
}

int encode_give(struct work *work, VipsImage *image, VipsImage *model, enum format format, int quality)
{
    struct pictor_task *task = work->task;
    struct strip strip;

    image = image ? colour_label(work, image, model) : NULL;
    if (!image)
        return pictor_fail(task, "picture: expected to be converted, got a refusal of libvips");
    int width = vips.image_get_width(image), height = vips.image_get_height(image);
    if (width > most[format] || height > most[format])
        return pictor_fail(task, "picture: expected at most %d pixels a side for %s, got %dx%d", most[format],
                           format_name(format), width, height);
    if (format == FORMAT_JPEG)
        image = on_white(work, image);
    if (!image || !save_bare(image, format, quality, &strip))
        return pictor_fail(task, "picture: expected to be written as %s, got a refusal of libvips", format_name(format));
    if (pictor_give_picture(task, "picture", strip.out, strip.done) != 0)
        return -1;
    if (pictor_give_integer(task, "width", width) != 0 || pictor_give_integer(task, "height", height) != 0)
        return -1;
    return pictor_give_text(task, "format", format_name(format));
}
